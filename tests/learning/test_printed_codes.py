"""From the printed code to the course: decoded by a reader that is not ours, opened as a phone opens it."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import AsyncGenerator

import httpx
import pytest
import zxingcpp
from course import do, offered, published
from httpx import ASGITransport
from PIL import Image, ImageDraw
from story import Story, told
from world import PUBLIC_URL, World

from app.factory import create_app
from app.settings import Settings

EVIL = "<script>alert(1)</script>"
RECORDING = "https://media.example.org/听课.mp3?a=1&b=2"


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


@pytest.fixture
async def phone(world: World) -> AsyncGenerator[httpx.AsyncClient]:
    """Somebody's, not signed in."""
    transport = ASGITransport(create_app(Settings()))  # pyright: ignore[reportCallIssue]
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


def read(png: bytes) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))]


def redrawn(svg: bytes) -> Image.Image:
    """What a printer makes of the SVG: its path, line by line."""
    root = ET.fromstring(svg)
    size = int(root.attrib["width"])
    image = Image.new("L", (size, size), 255)
    pen, [path] = ImageDraw.Draw(image), [one for one in root.iter() if "qrline" in one.attrib.get("class", "")]
    [scale] = map(int, re.findall(rb"scale\((\d+)\)", svg))
    x, y = 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]*)", path.attrib["d"]):
        values = [float(one) for one in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "h":
            pen.rectangle((x * scale, (y - 0.5) * scale, (x + values[0]) * scale - 1, (y + 0.5) * scale - 1), fill=0)
            x += values[0]
        else:
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
    return image


async def test_a_printed_code_is_read_and_opens_the_course(
    world: World, story: Story, phone: httpx.AsyncClient
) -> None:
    course = await published(world, story.secretary, at=story.company.root, title="红船精神", media_url=RECORDING)
    query = "query ($id: ID!) { course(id: $id) { scanUrl } }"
    scan_url = (await world.ask(story.li, query, id=world.id(course)))["course"]["scanUrl"]

    png = await phone.get(f"/courses/{world.id(course)}/qr.png")
    assert (png.status_code, png.headers["content-type"]) == (200, "image/png")
    [address] = read(png.content)
    assert address == scan_url
    svg = await phone.get(f"/courses/{world.id(course)}/qr.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert [found.text for found in zxingcpp.read_barcodes(redrawn(svg.content))] == [address]

    page = await phone.get(address)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<h1>红船精神</h1>" in page.text
    assert "公司党委" in page.text
    assert f'href="{RECORDING.replace("&", "&amp;")}"' in page.text


async def test_a_code_is_read_from_a_bad_print(world: World, story: Story, phone: httpx.AsyncClient) -> None:
    """Small, askew, grey, and with a spot of coffee."""
    course = await published(world, story.secretary, at=story.company.root)
    image = Image.open(io.BytesIO((await phone.get(f"/courses/{world.id(course)}/qr.png")).content)).convert("L")
    pen = ImageDraw.Draw(image)
    pen.ellipse((180, 180, 220, 220), fill=90)
    image = image.rotate(11, expand=True, fillcolor=255).resize((170, 170))
    image = image.point([70 + shade // 2 for shade in range(256)])
    [found] = zxingcpp.read_barcodes(image)
    assert re.fullmatch(rf"{PUBLIC_URL}/c/[2-9A-HJ-NP-Z]{{10}}", found.text)


async def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_people_wrote(
    world: World, story: Story, phone: httpx.AsyncClient
) -> None:
    given = {"title": f"课 {EVIL}", "summary": f'"{EVIL}\n第二行', "lecturer": story.li}
    course = await published(world, story.secretary, at=story.company.root, **given)
    page = await phone.get(f"/c/{course.code}")
    assert EVIL not in page.text
    assert "课 &lt;script&gt;" in page.text
    assert "李强" not in page.text, "it names nobody"
    assert not re.search(r"(src|href|url)\s*[=(](?!\"\.\./\")", page.text), "without a recording it leads home alone"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_only_a_published_course_has_a_code_and_a_page(
    world: World, story: Story, phone: httpx.AsyncClient
) -> None:
    async def answers(course: object, code: str) -> list[int]:
        paths = [f"/courses/{course}/qr.png", f"/courses/{course}/qr.svg", f"/c/{code}"]
        return [(await phone.get(path)).status_code for path in paths]

    draft = await offered(world, story.li, at=story.company.first)
    assert await answers(world.id(draft), draft.code) == [404] * 3
    await do(world, story.secretary, "publishCourse", courseId=world.id(draft))
    assert await answers(world.id(draft), draft.code) == [200] * 3
    await do(world, story.secretary, "archiveCourse", courseId=world.id(draft))
    assert await answers(world.id(draft), draft.code) == [404] * 3
    assert await answers("nonsense", "NONSENSE22") == [404] * 3
    assert await answers(world.id(story.li), draft.code.lower()) == [404] * 3
    assert (await phone.get(f"/courses/{world.id(draft)}/qr.gif")).status_code == 404


async def test_a_code_may_be_kept_for_an_hour(world: World, story: Story, phone: httpx.AsyncClient) -> None:
    course = await published(world, story.secretary, at=story.company.root)
    first = await phone.get(f"/courses/{world.id(course)}/qr.svg")
    assert first.headers["cache-control"] == "public, max-age=3600"
    again = await phone.get(f"/courses/{world.id(course)}/qr.svg", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
