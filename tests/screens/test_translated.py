"""A browser that translates pages: it is asked not to, and what it does all the same does not stop a board."""

from __future__ import annotations

from desks import secretary, signed_in
from halls import Hall
from kiosks import Glass, paired, until, window

PAGES = ("/screens/", "/screens/leaderboard", "/screens/desk")
# As translators do: each text goes, and elements or texts of theirs stand in its place.
TRANSLATED = """(how) => {
  const walker = document.createTreeWalker(document.getElementById('app'), NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts.filter((one) => one.data.trim() && !one.parentElement.closest('select, font'))) {
    if (how === 'text') { text.replaceWith(document.createTextNode('~' + text.data)); continue; }
    if (how === 'whole') { text.parentElement.textContent = '~' + text.data; continue; }
    const outer = document.createElement('font'), inner = document.createElement('font');
    inner.append('~' + text.data);
    outer.append(inner);
    text.parentNode.insertBefore(outer, text);
    text.remove();
  }
}"""
ROWS = """() => [...document.querySelectorAll('.place')].sort((a, b) => a.ariaPosInSet - b.ariaPosInSet).slice(0, 2)
  .map((one) => ['rank', 'name', 'score'].map((part) => one.querySelector('.' + part).innerText.replace(/\\s/g, '')))"""
WAYS = ("font", "text", "whole")


async def test_pages_ask_not_to_be_translated_and_go_on_when_they_are(hall: Hall) -> None:
    await secretary(hall)
    async with window() as context:
        wall, board, desk = [Glass(await context.new_page(), hall.server.url) for _ in PAGES]
        for glass, path in zip((wall, board, desk), PAGES, strict=True):
            await glass.open(path)
            assert await glass.page.evaluate(
                "document.documentElement.translate === false && document.documentElement.matches('.notranslate')"
                " && document.querySelector('meta[name=google]').content === 'notranslate'"
            )
        await paired(hall, wall)
        await wall.shows(".place", "李强")
        await signed_in(board, "sun")
        await board.shows(".place", "李强")
        for place, how in enumerate(WAYS):
            person = hall.people[place]
            assert person.member
            for glass in (wall, board):
                await glass.page.evaluate(TRANSLATED, how)
            points = 100 * (place + 1)
            await hall.award(points, to=person)
            for glass in (wall, board):

                async def leads(
                    glass: Glass = glass, row: tuple[str, str, str] = ("1", person.member.name, f"{points}分")
                ) -> bool:
                    return tuple((await glass.page.evaluate(ROWS))[0]) == row

                await until(leads)
        await desk.page.evaluate(TRANSLATED, "font")
        await signed_in(desk, "sun")
        await desk.shows("h2", "接入一块屏幕")
        for glass in (wall, board, desk):
            glass.fine()
