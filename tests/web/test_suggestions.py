"""What a schema is that may not be asked for: no error says which name was perhaps meant."""

from typing import Any

import pytest

from app.live.execution import executed
from app.settings import Settings
from realtime.documents import Documents, Refused
from schema import COSTS, schema
from schema.live import SHAREABLE

BOARD = "query ($i: LeaderboardInput!) { leaderboard(input: $i) { id } }"
FOLLOWED = "subscription ($i: LeaderboardInput!) { leaderboardUpdated(input: $i) { id } }"
NEARLY: list[tuple[str, dict[str, Any]]] = [
    ("{ viewerr { member { id } } }", {}),
    ("{ viewer }", {}),
    ("{ organization(idd: 1) { id } }", {}),
    ('{ organization(id: "x") { ... on Organizatio { id } } }', {}),
    ('{ node(id: "x") { name } }', {}),
    ("query ($i: LeaderboardInputt!) { leaderboard(input: $i) { id } }", {}),
    ('{ leaderboard(input: {organizationId: "x", period: MONTHH}) { id } }', {}),
    ('{ leaderboard(input: {organizationId: "x", periodd: MONTH}) { id } }', {}),
    ("query ($p: PeriodKind = YEARR) { leaderboard(input: {organizationId: 1, period: $p}) { id } }", {}),
    ("{ viewer @skp(if: true) { member { id } } }", {}),
    ("{ viewer @skip(iff: true) { member { id } } }", {}),
    (BOARD, {"i": {"organizationId": "x", "period": "MONTHH"}}),
    (BOARD, {"i": {"organizationId": "x", "period": "MONTH", "scorin": "MEAN"}}),
    (FOLLOWED, {"i": {"organizationId": "x", "period": "MONTHH"}}),
    ("subscription { leaderboardUpdate { id } }", {}),
]


def told(query: str, variables: dict[str, Any], suggestions: bool) -> list[str]:
    documents = Documents(schema._schema, SHAREABLE, COSTS, suggestions=suggestions)
    try:
        if query.startswith("subscription"):
            documents.subscription(query, None, variables)
        chosen = documents.chosen(query, None)
    except Refused as refused:
        return [one.message for one in refused.errors]
    found: Any = executed(chosen.document, None, variables, None, suggestions=suggestions)
    return [one.message for one in found.errors]


@pytest.mark.parametrize(("query", "variables"), NEARLY)
def test_an_error_suggests_nothing_where_suggestions_are_off(query: str, variables: dict[str, Any]) -> None:
    messages = told(query, variables, suggestions=False)
    assert messages
    assert not [one for one in messages if "did you mean" in one.lower()]


def test_an_error_suggests_names_where_they_are_on() -> None:
    assert sum("Did you mean" in " ".join(told(*one, suggestions=True)) for one in NEARLY) >= 10


@pytest.mark.parametrize(
    ("given", "suggests"),
    [
        ({}, True),
        ({"LEITAI_PRODUCTION": "1"}, False),
        ({"LEITAI_INTROSPECTION": "0"}, False),
        ({"LEITAI_PRODUCTION": "1", "LEITAI_INTROSPECTION": "1"}, True),
        ({"LEITAI_INTROSPECTION": "0", "LEITAI_SUGGESTIONS": "1"}, True),
    ],
)
def test_suggestions_follow_introspection_unless_set(given: dict[str, str], suggests: bool) -> None:
    assert Settings.model_validate(given).tells_suggestions is suggests
