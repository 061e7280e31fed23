"""The front door: what this address is, in Chinese and English, and where to go from it; and what a browser is told
where there is nothing. Programs are answered in one line of plain text.

Links are relative, so that they hold below any path. Nothing is loaded, and the one style is known by its hash.
"""

import base64
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

DEEPEST = 50  # folders of an address from which a way back is shown
NOTHING = "There is nothing at this address; the API is at /graphql.\n"
STYLE = """
:root { color-scheme: light }
* { box-sizing: border-box; margin: 0 }
body { min-height: 100vh; padding: 0 1.2rem 3rem; color: #2a1613; background: #faf5ec;
  font: 1rem/1.6 "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif }
main, header { max-width: 58rem; margin: 0 auto }
header { display: flex; align-items: center; gap: .9rem; padding: 1.4rem 0 .8rem; border-bottom: 3px solid #8d1420 }
svg { flex: none; width: 2.6rem; height: 2.6rem }
h1 { color: #8d1420; font: 700 1.7rem/1.25 "Noto Serif CJK SC", "Songti SC", SimSun, serif }
.en { color: #6a4a40; font-size: .92rem }
.lead { padding: 1.2rem 0 .4rem }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .9rem;
  padding: .8rem 0; list-style: none }
li a { display: block; height: 100%; padding: .9rem 1.1rem; color: inherit; text-decoration: none; background: #fff;
  border: 1px solid #cdb9a5; border-radius: .5rem }
li a:hover { border-color: #8d1420 }
li b { display: block; color: #8d1420; font-size: 1.15rem }
a { color: #8d1420 }
:focus-visible { outline: 3px solid #b07800; outline-offset: 2px }
code { font-size: .95em; overflow-wrap: anywhere }
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "cache-control": "no-cache",
    "vary": "Accept",
}
SEAL = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="5" fill="#a3121f"/>'
    '<path d="M8 23V15h5v8zm5 0V8h6v15zm6 0v-6h5v6z" fill="#f6c95b"/></svg>'
)
PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header>{seal}<h1>{heading}</h1></header>
<main>
{content}
</main>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a link leads, and what is there, in both languages."""

    href: str
    zh: str
    zh_text: str
    en: str
    en_text: str


PAGES = (
    Door("screens/leaderboard", "排行榜", "党员与支部的实时积分榜", "Leaderboard", "members and branches, live"),
    Door(
        "screens/desk",
        "管理台",
        "审核提交、发布任务、接入屏幕",
        "Desk",
        "review what was handed in, publish tasks, add screens",
    ),
    Door(
        "screens/",
        "大厅屏幕",
        "在大屏上打开，按配对码接入",
        "Wall screen",
        "open on a big screen and pair it by its code",
    ),
)
FOR_DEVELOPERS = {
    "/graphiql": Door("graphiql/", "GraphiQL", "在浏览器里试用接口", "GraphiQL", "try the API in the browser"),
    "/schema.graphql": Door("schema.graphql", "接口定义", "全部类型与说明", "Schema", "all types, with descriptions"),
}


def routes(others: Sequence[BaseRoute]) -> list[Route]:
    """others: what is served beside it; it leads only to what is there."""
    content = _front({getattr(one, "path", "") for one in others})
    page = HTMLResponse(_page("擂台 Leitai", "擂台 <span lang='en'>Leitai</span>", content), headers=HEADERS)

    async def front(_: Request) -> Response:
        return page

    return [Route("/", front)]


def _front(paths: Collection[str]) -> str:
    doors = [*PAGES, *(door for path, door in FOR_DEVELOPERS.items() if path in paths)]
    listed = "".join(map(_door, doors))
    return f"""<p class=lead>党员先锋、支部擂台、任务、责任区块与共享党课，实时上榜。</p>
{_en("Points, tasks, blocks and courses of party organizations, on live boards.")}
<ul>
{listed}</ul>
<p>听党课：请用手机扫课程上的二维码。接口地址是 <code>graphql</code>。</p>
{_en("Courses open by scanning their QR code. The API is at <code>graphql</code>, below this address.")}"""


def _door(door: Door) -> str:
    return (
        f'<li><a href="{door.href}"><b>{door.zh}</b>{door.zh_text}'
        f"<span class=en lang=en><br>{door.en}: {door.en_text}</span></a></li>\n"
    )


def _en(text: str) -> str:
    return f"<p class=en lang=en>{text}</p>"


def _page(title: str, heading: str, content: str) -> str:
    return PAGE.format(title=title, style=STYLE, seal=SEAL, heading=heading, content=content)


# ---------------------------------------------------------------- where there is nothing


def for_a_person(request: Request) -> bool:
    """Whether a browser asks for a page, and not a program for data."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")


def lacking(request: Request, zh: str, en: str, plain: str) -> Response:
    """404, as a page in both languages for a browser and as one text for a program."""
    if not for_a_person(request):
        return PlainTextResponse(plain, 404, {"vary": "Accept"})
    depth = request.url.path.count("/") - 1
    home = "../" * depth or "./"
    back = f"<p class=lead>{escape(zh)}</p>\n{_en(escape(en))}\n"
    if depth <= DEEPEST:
        back += f'<ul><li><a href="{home}"><b>回首页</b><span class=en lang=en>Front page</span></a></li></ul>'
    return HTMLResponse(_page("没有这一页 · 擂台", "没有这一页", back), 404, HEADERS)


async def nothing_here(request: Request, _: Exception) -> Response:
    return lacking(
        request,
        "这个地址没有内容。请核对地址，或从首页重新进入。",
        "There is nothing at this address. Check it, or start from the front page.",
        NOTHING,
    )
