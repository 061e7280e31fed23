"""What an import of organizations would change, or what is wrong with its lines.

A file says how things should be: what it names is made or brought to that, what it leaves out stays as it is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rules import periods
from rules.imports.spreadsheets import ImportRefused, LineFault, Row, shown
from rules.refusals import Checks

KINDS = {"COMMITTEE": "党委", "GENERAL_BRANCH": "党总支", "BRANCH": "党支部", "GROUP": "党小组"}
MEANINGS = {**{kind: kind for kind in KINDS}, **{chinese: kind for kind, chinese in KINDS.items()}}
DEEPEST = 32  # levels; each organization keeps a path to every one above it, and a city has four


@dataclass(frozen=True, slots=True)
class Place:
    """An organization. parent_code None: a root."""

    code: str
    parent_code: str | None
    name: str
    kind: str
    time_zone: str | None = None  # of a root: the IANA name, where it is known or wanted


@dataclass(frozen=True, slots=True)
class OrganizationsPlan:
    """created: parents first. updated: as it is, as it shall be."""

    created: Sequence[Place]
    updated: Sequence[tuple[Place, Place]]
    unchanged: int
    roots: Mapping[str, str]  # the root's code of every organization, as it shall be


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where an organization would hang. root None: nowhere, its parents run in a circle."""

    root: str | None
    depth: int


def check_organizations(
    rows: Iterable[Row],
    existing: Mapping[str, Place],
    closed: Collection[str] = (),
    *,
    time_zone: str | None = None,
    recorded: Collection[str] = (),
) -> OrganizationsPlan:
    """existing: every organization, by code. A parent may be any of these or any line of the file. closed: codes.
    time_zone: of roots for which the file says none. recorded: roots whose time zone stays, since something is recorded
    by it.

    ImportRefused names each fault.
    """
    faults: list[LineFault] = []
    wanted: dict[str, Place] = {}
    lines: dict[str, Row] = {}
    for row in rows:
        place = _place(row, faults)
        if not place.code:
            continue
        if place.code in lines:
            message = f"The code {shown(place.code)} is on line {lines[place.code].line} already."
            faults.append(row.fault("code", message))
        else:
            wanted[place.code], lines[place.code] = place, row

    parents = {code: place.parent_code for code, place in {**existing, **wanted}.items()}
    circles = _circles(parents)
    lineages = lineages_of(parents)
    for code, place in wanted.items():
        now = existing.get(code)
        message = (
            _closed(place, closed)
            or _unknown_parent(place, parents)
            or _circle(code, circles)
            or _too_deep(code, lineages)
            or (now and now.parent_code != place.parent_code and _other_root(now, place, existing, lineages))
        )
        if message:
            faults.append(lines[code].fault("parent_code", message))
    faults += _zones(wanted, existing, lines, lineages, time_zone, recorded)
    if faults:
        raise ImportRefused(faults)

    created = [place for place in wanted.values() if place.code not in existing]
    updated = [(existing[code], place) for code, place in wanted.items() if existing.get(code, place) != place]
    return OrganizationsPlan(
        created=sorted(created, key=lambda place: (lineages[place.code].depth, place.code)),
        updated=updated,
        unchanged=len(wanted) - len(created) - len(updated),
        roots={code: lineage.root or code for code, lineage in lineages.items()},
    )


def _zones(
    wanted: dict[str, Place],
    existing: Mapping[str, Place],
    lines: Mapping[str, Row],
    lineages: Mapping[str, Lineage],
    default: str | None,
    recorded: Collection[str],
) -> Iterator[LineFault]:
    """Gives each root of the file its time zone, and leaves it to roots."""
    for code, place in wanted.items():
        if place.parent_code is None:
            now = existing[code].time_zone if code in existing else None
            zone = place.time_zone or default or now
            if now and zone != now and code in recorded:
                said = f"The time zone of {shown(code)} is {now} and stays: days and months are recorded by it."
                yield lines[code].fault("time_zone", said)
            wanted[code] = replace(place, time_zone=zone)
    for code, place in wanted.items():
        if place.parent_code is not None and place.time_zone:
            root = lineages[code].root or code
            whole = wanted.get(root) or existing.get(root)
            if whole and place.time_zone != (whole.time_zone or periods.USUAL_ZONE):
                said = f"The time zone of the root {shown(root)} holds for all below it; empty this cell."
                yield lines[code].fault("time_zone", said)
            wanted[code] = replace(place, time_zone=None)


def _place(row: Row, faults: list[LineFault]) -> Place:
    checks, cells = Checks(), row.cells
    code = check_code(checks, row.cells["code"], "code")
    name = checks.line(row.cells["name"], "name", least=1, most=200)
    parent = row.cells["parent_code"] and check_code(checks, row.cells["parent_code"], "parent_code")
    written = row.cells["kind"]
    kind = MEANINGS.get(written.upper())
    if kind is None:
        right = ", ".join(f"{one} ({chinese})" for one, chinese in KINDS.items())
        what = f"The kind {shown(written)} is unknown" if written else "kind is missing"
        checks.that(False, "kind", f"{what}; it may be {right}.")
    zone = cells.get("time_zone") or None
    known = zone is None or periods.known_zone(zone)
    checks.that(known, "time_zone", f"The time zone {shown(zone or '')} is no IANA name such as Asia/Shanghai.")
    faults += row.faults(checks.faults)
    return Place(code, parent or None, name, kind or "", zone if known else None)


def check_code(checks: Checks, value: str, path: str) -> str:
    code = checks.line(value, path, least=1, most=64)
    mantissa, sign, exponent = code.upper().partition("E+")
    checks.that(
        not (sign and mantissa.replace(".", "", 1).isdecimal() and exponent.isdecimal()),
        path,
        f"{path} {shown(code)} was shortened by a spreadsheet; format its column as text and enter it again.",
    )
    return code


def _closed(place: Place, closed: Collection[str]) -> str | None:
    if place.code in closed:
        return f"{shown(place.code)} is closed; leave its line out, or open it again first."
    if place.parent_code in closed:
        return f"The parent_code {shown(place.parent_code or '')} is closed; name an open one, or open it again first."
    return None


def _unknown_parent(place: Place, known: Mapping[str, str | None]) -> str | None:
    if place.parent_code is None or place.parent_code in known:
        return None
    return f"The parent_code {shown(place.parent_code)} is neither in this file nor in the database."


def _circle(code: str, circles: Mapping[str, Sequence[str]]) -> str | None:
    if code not in circles:
        return None
    circle = circles[code]
    start = circle.index(code)
    way = [*circle[start:], *circle[:start]]
    if len(way) == 1:
        return f"{shown(code)} is its own parent."
    said = [shown(one) for one in way] if len(way) <= 6 else [*map(shown, way[:5]), f"… {len(way) - 5:,} more …"]
    return "A cycle of parents: " + " → ".join([*said, shown(code)]) + "."


def _too_deep(code: str, lineages: Mapping[str, Lineage]) -> str | None:
    depth = lineages[code].depth
    return None if depth < DEEPEST else f"{shown(code)} would stand on level {depth + 1}; {DEEPEST} are allowed."


def _other_root(now: Place, place: Place, existing: Mapping[str, Place], after: Mapping[str, Lineage]) -> str | None:
    """Points and their clock belong to a root: nothing changes over to another."""
    root = now
    while root.parent_code is not None:
        root = existing[root.parent_code]
    if after[now.code].root in (root.code, None):
        return None
    if now.parent_code is None:
        return f"{shown(now.code)} is a root and stays one; leave its parent_code empty."
    if place.parent_code is None:
        return f"{shown(now.code)} lies below {shown(now.parent_code)} and cannot become a root."
    return f"{shown(now.code)} belongs to the root {shown(root.code)}, {shown(place.parent_code)} to another."


def _circles(parents: Mapping[str, str | None]) -> dict[str, Sequence[str]]:
    """Each code that is its own ancestor, with all codes of its circle, child before parent."""
    circles: dict[str, Sequence[str]] = {}
    walked: set[str] = set()
    for start in parents:
        way: dict[str, int] = {}
        code: str | None = start
        while code is not None and code in parents and code not in walked:
            walked.add(code)
            way[code] = len(way)
            code = parents[code]
        if code is not None and code in way:
            circle = list(way)[way[code] :]
            circles.update(dict.fromkeys(circle, circle))
    return circles


def lineages_of(parents: Mapping[str, str | None]) -> dict[str, Lineage]:
    """A parent that is unknown counts as a root."""
    circles = _circles(parents)
    lineages: dict[str, Lineage] = {}
    for start in parents:
        way: list[str] = []
        code: str | None = start
        while code is not None and code in parents and code not in lineages and code not in circles:
            way.append(code)
            code = parents[code]
        if code is not None and code in circles:
            lineages[code] = Lineage(None, 0)
        above = lineages.get(code) if code is not None else None
        for one in reversed(way):
            above = Lineage(above.root, above.depth + 1) if above else Lineage(one, 0)
            lineages[one] = above
    return lineages
