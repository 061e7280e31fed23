"""Phone numbers: whether each can be read with a key that is here, belongs to its member and is found by its index."""

from models import phones, sql, verifying
from models.phones import PhoneIsBroken

PAGE = 5_000


async def differences() -> list[str]:
    found: list[str] = []
    keys, after = set(phones.ids()), phones.NIL_ID
    while rows := await verifying.sealed_phones(after, PAGE):
        for one in rows:
            if one["phone_key"] in keys:
                found += _faults(one)
        after = sql.uid(rows[-1]["id"])
    return found


def _faults(one: dict[str, str]) -> list[str]:
    try:
        number = phones.opened(sql.uid(one["id"]), one["phone_key"], one["phone_sealed"])
    except PhoneIsBroken as broken:
        return [str(broken)]
    if number is not None and one["phone_index"] not in phones.indexes(number):
        return [f"The phone of member {one['id']} is not found by its index."]
    return []


async def remarks() -> list[str]:
    return [
        f"Phones encrypted with the key {key} were not checked: put it into LEITAI_DATA_KEYS."
        for key in await phones.missing()
    ]
