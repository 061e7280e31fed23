"""Pairing a display by code, as RFC 8628 has it for devices without a keyboard.

The screen asks for a code and shows it; a secretary says where it hangs and what it shows; the screen, which alone
knows the device's code, is handed its token once.
"""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID, uuid4

import models
from models import Account, Display, DisplayPairing
from resolvers import openness
from resolvers.accounts import rate_limits
from resolvers.accounts.rate_limits import Growing
from resolvers.displays import displays
from resolvers.displays.displays import Scene
from resolvers.session import Session
from rules import typed
from rules.ip_networks import network
from rules.refusals import Checks, PairingExpired, PairingPending, TooManyAttempts
from rules.roles import Scope

ALPHABET = "BCDFGHJKMNPQRTVWXY3479"  # no vowels, so no words; none that looks like another
CODE_LENGTH = 6  # 113 million codes, each good for minutes
CODE_LIFE = timedelta(minutes=10)
POLL_SECONDS = 3
SOONEST_POLL = timedelta(seconds=1)
RENEWABLE = CODE_LIFE  # how long after its end a screen may renew its code by its own secret
CODES_PER_ADDRESS = 200  # in CODE_LIFE, at once: a building's screens sit behind one address
WAIT_STEP = 0.05  # seconds for each code beyond: a hundred of them and one waits the longest
LONGEST_WAIT = 5.0  # seconds: somebody stands before the screen
MOST_COUNTED = CODES_PER_ADDRESS + 100  # beyond it waits are the longest, and rows need not be counted
MOST_WAITING = 2_000  # requests of this process: some 30 MB
TOKEN_LIFE = timedelta(days=3650)  # a screen hangs for years; revoking ends it
REMEMBERED_POLLS = 10_000
EXPIRED = "This code is expired or unknown; the screen shows a new one."

# 300 guesses a day against the few codes of 113 million that are good at a time.
OF_CODES = Growing("pairing codes", 5, timedelta(seconds=300), "wrong codes")
# In this process alone: a screen that asks too often and of several workers is only told so less often.
_polls: OrderedDict[str, datetime] = OrderedDict()
_waiting = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """code: for people. device_code: for the screen alone, which polls with it."""

    code: str
    device_code: str
    expires_at: datetime


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_code(text: str) -> bool:
    """Whether a screen could show it: nothing else is looked for."""
    return len(text) == CODE_LENGTH and set(text) <= set(ALPHABET)


async def ask(session: Session, device_code: str | None = None) -> Asked:
    """A code for a screen that nobody has paired. device_code: its own, from before; then the code is renewed, and
    nothing is counted. TooManyAttempts: more than this process lets wait; in a few seconds it goes well."""
    if device_code is not None and (renewed := await _renewed(session.now(), device_code)):
        return renewed
    [address] = await models.attempts.keys(f"pairing\n{network(session.address)}")
    await _wait(await models.displays.pairings_since(address, session.now() - CODE_LIFE, MOST_COUNTED))
    now = session.now()
    device_code = secrets.token_urlsafe(32)
    async with models.database.transaction():
        await models.displays.forget_pairings(now - RENEWABLE)
        while True:
            pairing = DisplayPairing(
                id=uuid4(),
                code=_code(),
                device_hash=_digest(device_code),
                address_hash=address,
                created_at=now,
                expires_at=now + CODE_LIFE,
            )
            if await models.displays.keep_pairing(pairing):
                return Asked(pairing.code, device_code, pairing.expires_at)


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


async def _renewed(now: datetime, device_code: str) -> Asked | None:
    """The code that its screen shows from now on. None: there is no such screen, or its pairing is over."""
    found = await DisplayPairing.get_or_none(device_hash=_digest(device_code), claimed_at=None)
    if found is None or (found.display_id is not None and found.expires_at <= now):
        return None
    if found.display_id is None:
        while not await models.displays.renew_pairing(found.id, code := _code(), now + CODE_LIFE):
            found = await DisplayPairing.get_or_none(id=found.id, claimed_at=None)
            if found is None or found.display_id is not None:
                break
        else:
            return Asked(code, device_code, now + CODE_LIFE)
    # Somebody approved it: the code stays, and the screen fetches its token.
    if found is None or not await Display.exists(id=found.display_id, revoked_at=None):
        return None
    return Asked(found.code, device_code, found.expires_at)


async def _wait(recent: int) -> None:
    """One who shares an address with somebody who asks for too many waits, and is never turned away for it."""
    global _waiting
    beyond = recent - CODES_PER_ADDRESS + 1
    if beyond <= 0:
        return
    if _waiting >= MOST_WAITING:
        seconds = ceil(LONGEST_WAIT)
        raise TooManyAttempts(f"Too many screens ask for a code; try again in {seconds} seconds.", seconds)
    _waiting += 1
    try:
        await asyncio.sleep(min(LONGEST_WAIT, beyond * WAIT_STEP))
    finally:
        _waiting -= 1


async def approve(session: Session, code: str, organization_id: UUID, name: str, scenes: Sequence[Scene]) -> Display:
    """Says which screen shows what, where. PairingExpired: no screen shows this code. Wrong codes make wait."""
    viewer = session.signed_in()
    checks = Checks()
    name = displays.checked_name(checks, name)
    code = typed.code(code, ALPHABET)
    checks.done()
    permit = await session.require(Scope.DISPLAYS_MANAGE, at=organization_id)
    rows = await displays.checked_scenes(session, permit.lineage, scenes)
    [guess] = await rate_limits.take(session.now(), (OF_CODES, str(viewer.account_id)))
    async with session.work() as work:
        pairing = await models.displays.take_pairing(code, work.now) if _is_code(code) else None
        if pairing is None:
            raise PairingExpired(EXPIRED)
        made = Display(
            id=uuid4(),
            root_id=permit.organization.root_id,
            organization_id=organization_id,
            account_id=uuid4(),
            name=name,
            paired_at=work.now,
            paired_by_id=permit.account_id,
        )
        await Account.create(id=made.account_id, login=f"display:{made.id}", created_at=work.now)
        await made.save(force_create=True)
        await models.displays.set_scenes(made.id, rows)
        await models.displays.approve(pairing.id, made.id, work.now + CODE_LIFE)
        await openness.still_open(work, made.root_id, organization_id)
        work.audit("Display", made.id, root=made.root_id, at=organization_id)
    await rate_limits.begin_anew(guess)
    return made


async def claim(session: Session, device_code: str) -> tuple[str, Display]:
    """The token, to whoever has the device's own code, once. PairingPending: nobody approved yet."""
    now = session.now()
    device = _digest(device_code)
    last = _polls.pop(device, None)
    _polls[device] = now
    while len(_polls) > REMEMBERED_POLLS:
        _polls.popitem(last=False)
    if last is not None and timedelta(0) <= now - last < SOONEST_POLL:
        raise TooManyAttempts(f"Ask every {POLL_SECONDS} seconds.", POLL_SECONDS)
    pairing = await DisplayPairing.get_or_none(device_hash=device)
    if pairing is None or pairing.expires_at <= now or pairing.claimed_at is not None:
        raise PairingExpired("This pairing ran out, or its token was handed out before; ask for a new code.")
    if pairing.display_id is None:
        raise PairingPending("Nobody has approved this screen yet.", POLL_SECONDS)
    async with session.work() as work:
        # locked, since whoever revokes it ends the tokens that are there
        hangs = await models.displays.lock_open(pairing.display_id)
        if not hangs or not await models.displays.claim(pairing.id, work.now):
            raise PairingExpired("This pairing's token was handed out before; ask for a new code.")
        display = await Display.get(id=pairing.display_id)
        token, _ = await models.sessions.issue(display.account_id, work.now, TOKEN_LIFE)
        await models.displays.seen([display.id], work.now)
        work.audit("Display", display.id, root=display.root_id, at=display.organization_id)
    return token, await Display.get(id=display.id)
