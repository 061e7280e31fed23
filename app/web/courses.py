"""Where printed codes lead: a course's own page for whoever scans one, and the codes themselves, for printing.

None of it needs a sign-in: the address, with 50 random bits, and a course's id are known to whom the course was shown.
Only PUBLISHED courses answer. The page names nobody.
"""

import io
from html import escape
from uuid import UUID

import segno
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

import models
from app.settings import Settings
from app.web import front_door
from models import Course, CourseStatus, Organization
from schema import ids

MEDIA = {"svg": "image/svg+xml", "png": "image/png"}
MODULE = 10  # pixels: a PNG is sharp to some 5 cm on paper; an SVG scales
CORRECTION = "m"  # it reads with 15 % of it unreadable
HEADERS = {
    "cache-control": "public, max-age=3600",  # a code never changes; a course may be archived
    "cross-origin-resource-policy": "cross-origin",  # a front end elsewhere shows the codes as images
}
PAGE_HEADERS = HEADERS | {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # the recording's server need not learn this address
}
PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1.2rem; color: #222 }}
h1 {{ font-size: 1.6rem; line-height: 1.3 }}
.of {{ color: #666 }}
.summary {{ white-space: pre-line }}
a {{ display: inline-block; padding: .6rem 1.4rem; border-radius: .4rem; background: #c0392b; color: #fff }}
a.home {{ padding: .4rem 0; background: none; color: #8d1420 }}
</style>
<p class="of">{organization}</p>
<h1>{title}</h1>
<p class="of">{length}</p>
<p class="summary">{summary}</p>
<p>{recording}</p>
<p class="of"><a class="home" href="../">擂台首页 <span lang="en">Leitai</span></a></p>
</html>
"""


def routes(settings: Settings) -> list[Route]:
    address = str(settings.public_url)

    async def page(request: Request) -> Response:
        found = await models.database.shielded(_scanned(request.path_params["code"]))
        if found is None:
            zh, en = "没有这门课，或已下架。", "This course does not exist or was archived."
            return front_door.lacking(request, zh, en, f"{zh}\n{en}\n")
        return HTMLResponse(_page(*found), headers=PAGE_HEADERS)

    async def code(request: Request) -> Response:
        kind = request.path_params["kind"]
        course_id = ids.uuid_of(request.path_params["id"], "Course")
        found = await models.database.shielded(_published(course_id)) if kind in MEDIA and course_id else None
        if found is None:
            return PlainTextResponse("There is no such published course.\n", 404)
        headers = HEADERS | {"etag": f'"{found.code}"'}
        if headers["etag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(drawn(f"{address}/c/{found.code}", kind), media_type=MEDIA[kind], headers=headers)

    return [Route("/c/{code}", page), Route("/courses/{id}/qr.{kind}", code)]


async def _scanned(code: str) -> tuple[Course, Organization] | None:
    if not models.courses.is_code(code):
        return None
    course = await Course.get_or_none(code=code, status=CourseStatus.PUBLISHED)
    return course and (course, await Organization.get(id=course.organization_id))


async def _published(course_id: UUID) -> Course | None:
    return await Course.get_or_none(id=course_id, status=CourseStatus.PUBLISHED)


def drawn(address: str, kind: str) -> bytes:
    """A QR code as SVG or PNG, black on white, with the quiet zone that readers need."""
    image = io.BytesIO()
    segno.make_qr(address, error=CORRECTION).save(image, kind=kind, scale=MODULE, border=4, light="#fff")
    return image.getvalue()


def _page(course: Course, organization: Organization) -> str:
    minutes, seconds = divmod(course.duration_seconds, 60)
    recording = "录音由主办支部提供。"
    if course.media_url:  # http or https: checked when it was given, and by the database
        recording = f'<a href="{escape(course.media_url)}" rel="noopener">开始听课</a>'
    return PAGE.format(
        title=escape(course.title),
        organization=escape(organization.name),
        length=f"{minutes} 分 {seconds:02} 秒" if minutes else f"{seconds} 秒",
        summary=escape(course.summary),
        recording=recording,
    )
