"""What changes who may see what, in a realm and in what is known of it: each says what it did."""

from __future__ import annotations

from realm import Realm, line

import models
from resolvers.directory import members, organizations, roles


async def moved(realm: Realm) -> str:
    """A subtree hangs elsewhere from now on."""
    candidates = [one for one in realm.places if one.above and one.above.above] or [
        one for one in realm.places if one.above
    ]
    moved = realm.random.choice(candidates)
    targets = [
        one
        for one in realm.places
        if line(one)[0] is line(moved)[0] and moved not in line(one) and one is not moved.above
    ]
    if not targets:
        return "nothing moved"
    to = realm.random.choice(targets)
    await organizations.move(await realm.world.session(realm.operator.person), moved.row.id, to.row.id)
    moved.above = to
    return f"{moved.row.code} hangs below {to.row.code}"


async def member_moved(realm: Realm) -> str:
    who = realm.random.choice([one for one in realm.members if one.good])
    targets = [one for one in realm.places if line(one)[0] is line(who.home)[0]]
    to = realm.random.choice(targets)
    assert who.person
    await members.move(await realm.world.session(realm.operator.person), who.person.id, to.row.id)
    who.home = to
    return f"{who.name} belongs to {to.row.code}"


async def role_ended(realm: Realm) -> str:
    now = realm.world.clock.now
    holding = [
        (who, one)
        for who in realm.members
        for one in who.roles
        if who.good and one.row and one.starts <= now and not (one.ends and one.ends <= now)
    ]
    held = holding or [
        (who, one) for who in realm.members for one in who.roles if one.row and not (one.ends and one.ends <= now)
    ]
    if not held:
        return "no role ended"
    who, one = realm.random.choice(held)
    assert one.row
    await roles.revoke(await realm.world.session(realm.operator.person), one.row.id)
    one.ends = max(one.starts, now) if one.starts > now else now
    return f"{who.name} is {one.role} no more"


async def token_revoked(realm: Realm) -> str:
    candidates = [one for one in realm.actors if one.person and one.good and one is not realm.operator]
    who = realm.random.choice(candidates)
    assert who.person
    kept = await models.AuthToken.get(token_hash=models.sessions.digest(who.person.token))
    async with models.database.transaction():
        await models.sessions.revoke(kept.id, realm.world.clock.now)
        await models.sessions.rights_changed()
    who.good = False
    return f"{who.name} is signed out"


ALL = (moved, member_moved, role_ended, token_revoked)
