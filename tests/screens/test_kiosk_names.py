"""Names on the wall: whole wherever there is room, with all of their letters, and before anything beside them."""

from __future__ import annotations

from halls import Hall
from kiosks import SIZES, Glass, paired, until, window
from walls import block
from world import World

NAMES = [
    "阿卜杜热依木·买买提明",
    "Alexandra Montgomery-Yung",
    "司马相如欧阳上官皇甫令狐",
    "Gypsy Quigley jumping",
    "买买提·阿卜杜热合曼·吐尔逊江",
    "Jørgen Øystein Ångström-Pyjąk",
    "王" * 38,
]
LONGEST = "长" * 100  # as long as a name may be
RESTS = "document.getAnimations().every((one) => one.animationName === 'fill' || one.playState !== 'running')"
CUT = """(parts) => [...document.querySelectorAll(parts)].filter((one) => one.getBoundingClientRect().top < innerHeight)
  .filter((one) => {
    const text = document.createRange();
    text.selectNodeContents(one);
    const [needs, has] = [text, one].map((part) => part.getBoundingClientRect().width);
    return needs > has + 0.5 && one.matches('.name, .responsible');
  }).map((one) => one.textContent)"""
OUTSIDE = """[...document.querySelectorAll('.card')].filter((card) => {
  const text = document.createRange(), box = card.getBoundingClientRect();
  text.selectNodeContents(card.querySelector('.responsible b'));
  return [...text.getClientRects()].some((one) => one.right > box.right + 1 || one.bottom > box.bottom + 6);
}).map((card) => card.textContent)"""


async def drawn(screen: Glass, size: tuple[int, int]) -> None:
    await screen.page.set_viewport_size({"width": size[0], "height": size[1]})
    await screen.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await until(lambda: screen.page.evaluate(RESTS))


async def test_names_are_read_in_full_and_to_their_tails(hall: Hall) -> None:
    people = [hall.li, *hall.people]
    for name, person in zip([*NAMES, LONGEST], people, strict=False):
        await hall.do(hall.secretary, "updateMember", memberId=World.id(person), name=name)
    for place, person in enumerate(people):
        await hall.award(12_345 - place, to=person)
    for place in range(8):
        made = await block(hall, f"{place} gypsy", hall.first)
        given = {"blockId": made, "expectedSequence": 1, "reason": "换人"}
        await hall.do(hall.secretary, "reviseBlock", responsibleId=World.id(people[place]), **given)
    async with window() as context:
        screen = Glass(await context.new_page(), hall.server.url)
        await screen.open("/screens/?lang=en")
        display = await paired(hall, screen)
        await screen.shows(".place", NAMES[0])
        for size in SIZES.values():
            await drawn(screen, size)
            cut = await screen.page.evaluate(CUT, ".place .name")
            assert [one for one in cut if one != LONGEST] == [], size
        await drawn(screen, SIZES["1080p"])
        await tails(screen)
        await hall.do(
            hall.secretary, "updateDisplay", displayId=display, scenes=[{"kind": "BLOCK_BOARD", "seconds": 60}]
        )
        await screen.shows(".verdict.sealed")
        for size in SIZES.values():
            await drawn(screen, size)
            assert await screen.page.evaluate(CUT, ".responsible b, .responsible") == [], size
            assert await screen.page.evaluate(OUTSIDE) == [], size
            assert all(await screen.page.locator(".card .responsible b").all_inner_texts())
        screen.fine()


async def tails(screen: Glass) -> None:
    """Where nothing is too wide, what hides what runs over it hides nothing of a letter."""
    parts = [one for one in await screen.page.locator(".place .name").all() if "yp" in await one.inner_text()]
    assert parts
    for part in parts:
        row = part.locator("xpath=ancestor::li")
        before = await row.screenshot()
        await part.evaluate("(one) => { one.style.overflow = 'visible'; }")
        assert await row.screenshot() == before, await part.inner_text()
