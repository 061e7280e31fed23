"""Where statements are fetched: a file for whoever holds its short-lived address."""

import tempfile
from collections.abc import AsyncGenerator
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import models
from app.live.engine import LiveEngine
from resolvers.points import statements
from resolvers.points.statements import Statement, StatementFormat
from rules.points.statements import BOM, COLUMNS, Cell, defused, lines
from rules.refusals import NotFound

MEDIA = {
    StatementFormat.CSV: "text/csv; charset=utf-8",
    StatementFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 64 * 1024
IN_MEMORY = 1024 * 1024  # of a sheet; a larger one goes to the disk
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


def routes(live: LiveEngine) -> list[Route]:
    async def fetch(request: Request) -> Response:
        try:
            asked = statements.opened(request.path_params["token"], live.clock, live.ports)
            found = await models.database.shielded(asked)
        except NotFound as refusal:
            return PlainTextResponse(f"{refusal.message}\n", 404, HEADERS)
        name = f"statement.{found.format.value.lower()}"
        headers = HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
        content = _csv(found) if found.format is StatementFormat.CSV else _sent(await _sheet(found))
        return StreamingResponse(content, headers=headers, media_type=MEDIA[found.format])

    return [Route("/statements/{token}", fetch)]


async def _csv(found: Statement) -> AsyncGenerator[bytes]:
    yield (BOM + lines([COLUMNS])).encode()
    async for page in statements.rows(found):
        yield lines(page).encode("utf-8", "replace")


async def _sheet(found: Statement) -> IO[bytes]:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("statement")
    sheet.append(list(COLUMNS))
    async for page in statements.rows(found):
        for row in page:
            sheet.append([_cell(sheet, cell) for cell in row])
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 -- closed when it is sent
    await run_in_threadpool(book.save, file)
    file.seek(0)
    return file


def _cell(sheet: Any, value: Cell) -> Any:
    """Text stays text: what begins like a formula would else become one."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value="")
    cell.value = defused("".join(letter for letter in value if letter >= " " or letter in "\t\n\r"))
    cell.data_type = "s"
    return cell


async def _sent(file: IO[bytes]) -> AsyncGenerator[bytes]:
    with file:
        while chunk := await run_in_threadpool(file.read, CHUNK):
            yield chunk
