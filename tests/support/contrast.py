"""Contrast as it is on the glass: each text's colour against the pixels that it stands on, by the rule of WCAG 2.2.

The ground is what the page shows when its texts are transparent, there where their strokes were: gradients, bars and
pictures count as they are.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from PIL import Image, ImageChops
from playwright.async_api import Page

LEAST, LEAST_LARGE = 4.5, 3.0  # level AA, success criterion 1.4.3
LARGE, LARGE_BOLD = 24.0, 18.66  # CSS pixels
BOLD = 700
WORST = 0.05  # this part of the ground may be worse: the rim of a shape under a stroke
TICK = 8.0  # CSS pixels
STROKE = 24  # of 255: by so much a pixel changes where a stroke was
# By the object model, which a content security policy lets pass.
HIDE = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync(`*, ::placeholder { color: transparent !important; text-shadow: none !important;
    -webkit-text-fill-color: transparent !important; caret-color: transparent !important }
    ::-webkit-calendar-picker-indicator { opacity: 0 }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }"""
SHOW = "() => { document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, -1); }"
# Every text that is shown: its colour with the opacity of all around it, its size, and where its lines are.
TEXTS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!node.textContent.trim()) continue;
    const style = getComputedStyle(node.parentElement), range = document.createRange();
    if (style.visibility !== 'visible' || !node.parentElement.checkVisibility()) continue;
    range.selectNodeContents(node);
    let opacity = 1;
    for (let one = node.parentElement; one; one = one.parentElement) opacity *= +getComputedStyle(one).opacity;
    const boxes = [...range.getClientRects()].map((box) => [box.left, box.top, box.right, box.bottom]);
    // Clipped, scrolled away or behind something else: nobody reads it here.
    const covered = boxes.every(([left, top, right, bottom]) => {
      const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return !hit || !(hit.contains(node) || node.parentElement.contains(hit)); });
    found.push({text: node.textContent.trim(), color: style.color, opacity, boxes, covered,
      size: parseFloat(style.fontSize), weight: +style.fontWeight});
  }
  // What fields show lies in no text of the document: what was typed, chosen, filled in, or asked for.
  for (const field of document.querySelectorAll('input, select, textarea')) {
    const chosen = field.tagName === 'SELECT' ? field.selectedOptions[0]?.text : field.value;
    const text = chosen || field.placeholder || (field.type.startsWith('date') ? field.type : '');
    if (!text || !field.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(field), hint = getComputedStyle(field, '::placeholder');
    const color = chosen || !field.placeholder ? style.webkitTextFillColor : hint.color;
    const box = field.getBoundingClientRect(), inset = 4;
    const hit = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    let opacity = chosen ? 1 : +hint.opacity || 1;
    for (let one = field; one; one = one.parentElement) opacity *= +getComputedStyle(one).opacity;
    found.push({text: `[${text}]`, color, opacity, covered: hit !== field,
      boxes: [[box.left + inset, box.top + inset, box.right - inset, box.bottom - inset]],
      size: parseFloat(style.fontSize), weight: +style.fontWeight});
  }
  return found;
}"""
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Pale:
    """A text that is hard to read."""

    text: str
    ratio: float
    least: float


def luminance(colour: Sequence[float]) -> float:
    """Relative luminance of an sRGB colour, 0 to 255 each."""
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in (c / 255 for c in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _colour(written: str) -> tuple[Colour, float]:
    """`rgb(r, g, b)` or `rgba(r, g, b, a)`."""
    parts = [float(one) for one in written[written.index("(") + 1 : -1].replace("/", ",").split(",")]
    return (parts[0], parts[1], parts[2]), parts[3] if len(parts) > 3 else 1.0


async def pale(page: Page) -> tuple[int, list[Pale]]:
    """How many texts there are, and which of them are too pale. A page that was laid out anew between the pictures (it
    answers a new size of its window a little later) is looked at again."""
    while True:
        texts: list[dict[str, Any]] = await page.evaluate(TEXTS)
        shown = await _picture(page)
        await page.evaluate(HIDE)
        try:
            ground = await _picture(page)
        finally:
            await page.evaluate(SHOW)
        if _still_there(texts, await page.evaluate(TEXTS)):
            break
    differs = (
        ImageChops.difference(shown, ground).convert("L").point([255 if value > STROKE else 0 for value in range(256)])
    )
    found = [_looked_at(one, ground, differs) for one in texts]
    return len(texts), [one for one in found if one]


def _still_there(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> bool:
    """Give or take what a clock's next digit moves."""
    corners = [[corner for one in texts for box in one["boxes"] for corner in box[:2]] for texts in (before, after)]
    return len(corners[0]) == len(corners[1]) and all(
        abs(one - other) <= TICK for one, other in zip(*corners, strict=True)
    )


async def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")


def _looked_at(text: dict[str, Any], ground: Image.Image, strokes: Image.Image) -> Pale | None:
    large = text["size"] >= LARGE or (text["size"] >= LARGE_BOLD and text["weight"] >= BOLD)
    least = LEAST_LARGE if large else LEAST
    colour, alpha = _colour(text["color"])
    alpha *= text["opacity"]
    ratios: list[float] = []
    for left, top, right, bottom in text["boxes"]:
        box = (max(0, int(left)), max(0, int(top)), min(ground.width, int(right)), min(ground.height, int(bottom)))
        if box[0] >= box[2] or box[1] >= box[3]:
            continue
        pixels = cast(Iterable[Colour], ground.crop(box).get_flattened_data())
        under = zip(pixels, strokes.crop(box).get_flattened_data(), strict=True)
        for pixel, count in Counter(pixel for pixel, stroke in under if stroke).items():
            mixed = [alpha * ink + (1 - alpha) * below for ink, below in zip(colour, pixel, strict=True)]
            ratios += [ratio(mixed, pixel)] * count
    if not ratios:  # beyond the edge, behind something – or of the colour of its ground
        seen = bool(text["boxes"]) and alpha > 0
        return Pale(text["text"], 1.0, least) if seen and not text["covered"] else None
    ratios.sort()
    worst = ratios[int(len(ratios) * WORST)]
    return Pale(text["text"], round(worst, 2), least) if worst < least else None
