"""Setting rewards: what they are, what they cost, how many there are, who may redeem them and when."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from models import Reward, rewards
from resolvers import openness
from resolvers.rewards.redemptions import get_visible
from resolvers.session import Session
from rules.refusals import Checks, InvalidInput
from rules.roles import Scope

MOST_STOCK = 1_000_000
MOST_PRICE = 1_000_000
MOST_ADDRESS = 2000  # characters


def _address(checks: Checks, text: str) -> str | None:
    kept = checks.line(text, "pictureUrl", most=MOST_ADDRESS)
    if not kept:
        return None
    try:
        parts = urlsplit(kept)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    checks.that(
        whole and not any(letter.isspace() for letter in kept), "pictureUrl", "pictureUrl is an http(s) address."
    )
    return kept


def _within(checks: Checks, name: str, value: int, least: int, most: int) -> int:
    checks.that(least <= value <= most, name, f"{name} is {value}; it must lie between {least} and {most}.")
    return value


def _changes(checks: Checks, given: dict[str, Any]) -> dict[str, Any]:
    """Columns with their new values; what is None is left out. top and per_month 0: without that limit."""
    changes = {name: value for name, value in given.items() if value is not None}
    if "name" in changes:
        changes["name"] = checks.line(changes["name"], "name", least=1, most=200)
    if "description" in changes:
        changes["description"] = checks.text(changes["description"], "description", most=5000)
    if "picture_url" in changes:
        changes["picture_url"] = _address(checks, changes["picture_url"])
    if "price" in changes:
        _within(checks, "price", changes["price"], 1, MOST_PRICE)
    for column, name in (("top", "top"), ("per_month", "perMonth")):
        if column in changes:
            changes[column] = _within(checks, name, changes[column], 0, MOST_STOCK) or None
    return changes


def _check_window(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at and closes_at and closes_at <= opens_at:
        raise InvalidInput.at("closesAt", "closesAt must lie after opensAt.")


async def create(session: Session, *, organization_id: UUID, stock: int, **given: Any) -> Reward:
    """given: as Reward has them; None leaves one out."""
    checks = Checks()
    columns = _changes(checks, given)
    _within(checks, "stock", stock, 0, MOST_STOCK)
    checks.done()
    _check_window(columns.get("opens_at"), columns.get("closes_at"))
    permit = await session.require(Scope.REWARDS_MANAGE, at=organization_id)
    openness.seen_open(permit.organization)
    async with session.work() as work:
        made = await Reward.create(
            root_id=permit.organization.root_id,
            organization_id=organization_id,
            stock=stock,
            supplied=stock,
            created_by_id=permit.account_id,
            created_at=work.now,
            **columns,
        )
        work.audit("Reward", made.id, root=made.root_id, at=organization_id)
        return made


async def update(session: Session, reward_id: UUID, *, add_stock: int, **given: Any) -> Reward:
    """What is None stays. add_stock: so many more, or fewer. A redemption keeps the price that it was made at."""
    reward = await get_visible(session, reward_id)
    await session.require(Scope.REWARDS_MANAGE, at=reward.organization_id)
    checks = Checks()
    columns = _changes(checks, given)
    _within(checks, "addStock", add_stock, -MOST_STOCK, MOST_STOCK)
    checks.done()
    _check_window(columns.get("opens_at", reward.opens_at), columns.get("closes_at", reward.closes_at))
    async with session.work() as work:
        if columns:
            await Reward.filter(id=reward_id).update(**columns)
        if add_stock and not await rewards.supply(reward_id, add_stock):
            raise InvalidInput.at("addStock", "Not enough stock left to remove that many.")
        if (await Reward.get(id=reward_id)).supplied > MOST_STOCK:
            raise InvalidInput.at("addStock", f"At most {MOST_STOCK} of one reward.")
        changed = [*columns, *(["add_stock"] if add_stock else [])]
        work.audit("Reward", reward.id, root=reward.root_id, at=reward.organization_id, changed=changed)
    return await Reward.get(id=reward_id)
