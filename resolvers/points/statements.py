"""Statements: a member's ledger as a file, at an address that is good for some minutes, for this member alone.

The address carries what it is for, sealed with a secret of this database. Whoever asked must still be signed in, and
still be allowed, when the file is fetched.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import models
from models import Member, PointsEntry
from models.leaderboards import BEGINNING, END
from resolvers import visibility
from resolvers.accounts import sign_in
from resolvers.directory import members
from resolvers.session import Now, Ports, Session
from rules import periods
from rules.periods import PeriodKind
from rules.points.statements import Cell, local
from rules.refusals import InvalidInput, NotAllowed, NotFound, wrong_at

LIFE = timedelta(minutes=10)
PAGE = 500
MOST_SHEET = 100_000  # rows of an XLSX, which is made whole before it is sent; a CSV is sent as it is read


class StatementFormat(StrEnum):
    CSV = "CSV"
    XLSX = "XLSX"


@dataclass(frozen=True, slots=True)
class Statement:
    """Entries of a member that count in [starts, ends), up to a position. selves: it and who was merged into it."""

    member: Member
    zone: str
    format: StatementFormat
    starts: datetime
    ends: datetime
    last: int
    selves: Sequence[UUID]


async def _allowed(session: Session, member_id: UUID) -> Member:
    """Oneself, and who may read personal data where the member belongs."""
    session.signed_in()
    member = await members.get_visible(session, member_id)
    await session.know(member.organization_id)
    if not visibility.personal(session, member):
        raise NotAllowed("A ledger is for the member itself, and for SECRETARY and ADMIN above.")
    return member


# ---------------------------------------------------------------- the address


async def create_link(
    session: Session, member_id: UUID, format: StatementFormat, period: PeriodKind, on: date | None
) -> tuple[str, datetime]:
    """The address, and until when it is good."""
    viewer = session.signed_in()
    member = await _allowed(session, member_id)
    zone, _ = await models.organizations.settling_root(member.root_id)
    with wrong_at("on"):
        found = periods.period(period, on or periods.local_day(session.now(), zone), zone)
    starts, ends = found.starts_at or BEGINNING, found.ends_at or END
    selves = await models.merges.selves(member_id)
    if format is StatementFormat.XLSX and await models.points.count(selves, starts, ends) > MOST_SHEET:
        raise InvalidInput.at("format", f"That is more than {MOST_SHEET} entries; take CSV, or a shorter period.")
    expires = session.now() + LIFE
    async with session.work() as work:
        at, asked = member.organization_id, {"format": format.value, "period": period.value}
        work.audit("Member", member_id, root=member.root_id, at=at, members=[member_id], **asked)
    text = json.dumps([
        str(member_id), format.value, starts.isoformat(), ends.isoformat(), expires.isoformat(), str(viewer.token_id),
    ])  # fmt: skip
    return f"{session.public_url}/statements/{await _token(text.encode())}", expires


async def _token(text: bytes) -> str:
    seal = hmac.new(await models.kept_secrets.kept("statements"), b"statement:" + text, hashlib.sha256).digest()
    return f"{_base64(text)}.{_base64(seal)}"


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def _opened(token: str, now: datetime) -> list[Any]:
    """NotFound: not ours, or too old. Base64 has several spellings of one text, of which one is ours."""
    encoded = token.partition(".")[0]
    try:
        text = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (ValueError, binascii.Error):
        text = b""
    if text and hmac.compare_digest(token.encode(), (await _token(text)).encode()):
        read = json.loads(text)
        if now < datetime.fromisoformat(read[4]):
            return read
    raise NotFound("This link is expired or unknown; create a new one.")


async def opened(token: str, now: Now, ports: Ports) -> Statement:
    """What a link is for. NotFound: it is no longer good, or who asked for it may not read this any more."""
    member_id, format, starts, ends, _, token_id = await _opened(token, now())
    viewer = (await sign_in.viewers_of([UUID(token_id)], now())).get(UUID(token_id))
    try:
        member = await _allowed(Session(viewer, now, ports), UUID(member_id))
    except NotAllowed as refusal:
        raise NotFound("This link has expired; create a new one.") from refusal
    zone, _ = await models.organizations.settling_root(member.root_id)
    return Statement(
        member,
        zone,
        StatementFormat(format),
        datetime.fromisoformat(starts).astimezone(UTC),
        datetime.fromisoformat(ends).astimezone(UTC),
        await models.clock.position_of(member.root_id),
        await models.merges.selves(member.id),
    )


# ---------------------------------------------------------------- the rows


async def rows(of: Statement) -> AsyncGenerator[Sequence[Sequence[Cell]]]:
    """In the order of the ledger, so many at once, as rules.points.statements.COLUMNS names them."""
    after: tuple[int, int] = (0, -1)
    total = 0
    while True:
        entries, after, reasons, places = await models.database.shielded(_page(of, after))
        page: list[Sequence[Cell]] = []
        for one in entries:
            total += one.amount
            page.append(_row(of, one, total, reasons.get(one.id, ""), places[one.organization_id]))
        if page:
            yield page
        if len(entries) < PAGE:
            return


async def _page(
    of: Statement, after: tuple[int, int]
) -> tuple[list[PointsEntry], tuple[int, int], dict[UUID, str], dict[UUID, models.Organization]]:
    entries, after = await models.points.stretch(of.selves, of.starts, of.ends, after, of.last, PAGE)
    reasons = await models.points.reasons([one.id for one in entries])
    return entries, after, reasons, await models.organizations.by_ids({one.organization_id for one in entries})


def _row(of: Statement, one: PointsEntry, total: int, reason: str, place: models.Organization) -> list[Cell]:
    counts, occurred, recorded = (local(at, of.zone) for at in (one.counts_at, one.occurred_at, one.recorded_at))
    return [
        counts, occurred, recorded, one.kind.value, one.amount, total, int(one.ranks), int(one.correction), one.rule,
        one.cut, one.cut_points, reason, place.code, place.name, str(one.id),
        str(one.reverses_id) if one.reverses_id else None,
    ]  # fmt: skip
