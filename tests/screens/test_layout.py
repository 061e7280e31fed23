"""A wall is read from four metres, lying and upright: nothing is cut off, whatever things are called, or too small."""

from __future__ import annotations

from typing import Any

from halls import Hall
from kiosks import DRAWN, SIZES, Glass, glass, paired, until
from walls import block, course
from world import World

LONG = "中共某某市某某区某某街道某某科技园区联合委员会机关第一支部"  # of an organization
PARTS = (
    ".head *, .foot *, .place, .place *, .count *, .task, .task *, .approval, .approval *, .card, .card *, .verdict,"
    " .course, .course *, .offer, .offer *, .invitation *"
)
# Rows below the last one wait outside. What hides what runs over it is cut off, unless it says so by an ellipsis.
RUNS_OVER = f"""[...document.querySelectorAll('{PARTS}')].filter((one) => {{
  const box = one.getBoundingClientRect(), style = getComputedStyle(one), list = one.closest('ul, .ranks');
  const row = list && (one.closest('.place') ?? one.closest('li'));
  if (row && row.getBoundingClientRect().top > list.getBoundingClientRect().bottom - 2) return false;
  const told = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
  const out = box.left < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
  const cut = style.overflow === 'hidden' && !told && !one.matches('.place, .gauge, .turn')
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 2);
  return box.width && (out || cut);
}}).map((one) => `${{one.className}} ${{one.textContent}} ${{one.scrollWidth}}/${{one.clientWidth}}`
  + ` ${{one.scrollHeight}}/${{one.clientHeight}}`)"""
DRAWN_ANEW = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
RESTS = """document.getAnimations().every((one) => one.animationName === 'fill' || one.playState !== 'running')"""
SMALL = """[...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && [...one.childNodes].some(
  (part) => part.nodeType === 3 && part.data.trim())).filter((one) => parseFloat(getComputedStyle(one).fontSize)
  < 29.5 * Math.min(innerWidth, innerHeight) / 1080).map((one) => one.className + ' ' + one.textContent)"""


async def fits(screen: Glass, what: str) -> None:
    for name, (width, height) in SIZES.items():
        await screen.page.set_viewport_size({"width": width, "height": height})
        await screen.page.evaluate(DRAWN_ANEW)
        await until(lambda: screen.page.evaluate(RESTS))
        assert await screen.page.evaluate(RUNS_OVER) == [], (what, name)
        assert await screen.page.evaluate(SMALL) == [], (what, name)


async def test_nothing_is_cut_off_or_runs_over_or_is_too_small(hall: Hall) -> None:
    """Each scene with the longest that may stand in it: names, titles, scores of five digits."""
    await hall.do(hall.secretary, "updateOrganization", organizationId=hall.root, name=LONG)
    await hall.do(hall.secretary, "updateMember", memberId=World.id(hall.li), name="买买提·阿卜杜热合曼·吐尔逊江")
    for person in [hall.li, *hall.people]:
        await hall.award(12_345, to=person)
    for place in range(9):
        await block(hall, f"{place} 号区块：三楼东侧工位区与茶水间", hall.first)
        await course(hall, f"值班夜里的三件小事：一名运维党员的担当，第 {place} 讲")
        await done(hall, f"把值班告警减少一半，并把经过写成一页给后来的人，第 {place} 次")
    async with glass(hall) as screen:
        display = await paired(hall, screen)
        for kind, part in DRAWN.items():
            scenes = [
                {"kind": kind, "seconds": 60, "period": "WEEK"} if "LEADER" in kind else {"kind": kind, "seconds": 60}
            ]
            await hall.do(hall.secretary, "updateDisplay", displayId=display, scenes=scenes)
            await screen.shows(part)
            await fits(screen, kind)
        await hall.do(hall.secretary, "freezeLeaderboards", organizationId=hall.root)
        scenes = [{"kind": "MEMBER_LEADERBOARD", "seconds": 60}]
        await hall.do(hall.secretary, "updateDisplay", displayId=display, scenes=scenes)
        await screen.shows(".ribbon")
        await fits(screen, "frozen")
        await hall.do(hall.secretary, "unfreezeLeaderboards", organizationId=hall.root)
        screen.fine()


async def done(hall: Hall, title: str) -> None:
    """A task that is open, with somebody's approved claim."""
    given: dict[str, Any] = {"organizationId": hall.root, "title": title, "points": 12_345, "review": "AUTOMATIC"}
    made = (await hall.do(hall.secretary, "createTask", "task { id }", capacity=30, **given))["task"]["id"]
    await hall.do(hall.secretary, "publishTask", taskId=made)
    claim = (await hall.do(hall.li, "claimTask", "claim { id }", taskId=made))["claim"]["id"]
    await hall.do(hall.li, "submitClaim", claimId=claim, evidence="照片")


async def test_the_widest_code_is_shown_whole(hall: Hall) -> None:
    async with glass(hall) as screen:
        await screen.code()
        await screen.page.evaluate(
            "[...document.querySelectorAll('.code *')].forEach((part) => { if (!part.children.length)"
            " part.textContent = part.textContent.replace(/\\S/g, 'W'); })"
        )
        await fits(screen, "pairing")


async def test_whoever_rises_passes_over_the_others_and_the_way_can_be_followed(hall: Hall) -> None:
    """Somewhere between where it stood and where it will stand, and above those whom it passes."""
    for place, person in enumerate(hall.people):
        await hall.award(20_000 + place, to=person)
    rising = hall.people[0]
    assert rising.member
    async with glass(hall) as screen:
        await paired(hall, screen)
        await screen.shows(".place", rising.member.name)
        await screen.page.evaluate(FOLLOW, rising.member.name)
        await hall.award(100_000, to=rising)
        await until(lambda: screen.page.evaluate("window.way.length > 3 && window.way.at(-1) < window.way.top + 1"))
        way: list[float] = await screen.page.evaluate("window.way")
        between = [one for one in way if way[-1] + 1 < one < way[0] - 1]
        assert len(between) > 2
        assert between == sorted(between, reverse=True)
        assert await screen.page.evaluate("window.above")
        screen.fine()


# Where the row of that name is, in each picture that is drawn, until it is at the top; and whether it lay above all.
FOLLOW = """(name) => {
  const row = [...document.querySelectorAll('.place')].find((one) => one.querySelector('.name').textContent === name);
  window.way = []; window.above = false;
  window.way.top = document.querySelector('.ranks').getBoundingClientRect().top;
  const look = () => {
    const { top, left, height } = row.getBoundingClientRect();
    window.way.push(top);
    const here = document.elementFromPoint(left + 200, top + height / 2);
    if (row.classList.contains('rising')) window.above ||= row.contains(here);
    if (top >= window.way.top + 1) requestAnimationFrame(look);
  };
  look();
}"""
