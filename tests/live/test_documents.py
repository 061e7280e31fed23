"""Operations that ask for the same work share it, however they are spelled; what may not be shared never does."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import build_schema, get_introspection_query, print_ast

from realtime.documents import MOST_TOKENS, MOST_WEIGHT, Documents, Refused

SCHEMA = build_schema(
    """
    enum Period { DAY MONTH }
    input BoardInput { id: ID! period: Period! = MONTH }
    type Row { rank: Int id: ID mine: Int }
    type Board { id: ID rows(first: Int = 10): [Row!]! secret: Int }
    type Query { board: Board }
    type Mutation { act: Int }
    type Subscription { boardUpdated(input: BoardInput!, maxPerSecond: Float = 5): Board! }
    """
)


def always(_: Mapping[str, Any]) -> bool:
    return True


SHAREABLE = {
    "Board": {"id": always, "rows": lambda arguments: arguments["first"] <= 50},
    "Row": {"rank": always, "id": always},
}


@pytest.fixture
def documents() -> Documents:
    return Documents(SCHEMA, SHAREABLE)


PLAIN = 'subscription { boardUpdated(input: {id: "x"}) { id rows(first: 3) { rank } } }'
SAME_WORK = [
    (PLAIN, {}),
    ('subscription Named{boardUpdated(input:{id:"x",period:MONTH}){id,rows(first:3){rank}}} # spelled otherwise', {}),
    ('subscription { boardUpdated(input: {id: "x"}, maxPerSecond: 1) { id rows(first: 3) { rank } } }', {}),
    (
        "subscription S($input: BoardInput!, $n: Int = 3) "
        "{ boardUpdated(input: $input) { id rows(first: $n) { rank } } }",
        {"input": {"id": "x"}},
    ),
]


@pytest.mark.parametrize(("query", "variables"), SAME_WORK)
def test_the_same_work_has_one_normal_form(documents: Documents, query: str, variables: dict[str, Any]) -> None:
    given = documents.subscription(query, None, variables)
    plain = documents.subscription(PLAIN, None, {})
    assert given.normal == plain.normal
    assert given.shareable
    assert given.arguments["input"] == plain.arguments["input"]


OTHER_WORK = [
    'subscription { boardUpdated(input: {id: "x"}) { id rows(first: 4) { rank } } }',
    'subscription { other: boardUpdated(input: {id: "x"}) { id rows(first: 3) { rank } } }',
    'subscription { boardUpdated(input: {id: "x"}) { rows(first: 3) { rank } id } }',
    'subscription { boardUpdated(input: {id: "x"}) { id rows(first: 3) { place: rank } } }',
    'subscription { boardUpdated(input: {id: "x"}) { id rows(first: 3) @skip(if: true) { rank } } }',
]


@pytest.mark.parametrize("query", OTHER_WORK)
def test_other_answers_have_other_normal_forms(documents: Documents, query: str) -> None:
    assert documents.subscription(query, None, {}).normal != documents.subscription(PLAIN, None, {}).normal


NOT_SHAREABLE = [
    'subscription { boardUpdated(input: {id: "x"}) { secret } }',
    'subscription { boardUpdated(input: {id: "x"}) { rows { mine } } }',
    'subscription { boardUpdated(input: {id: "x"}) { rows(first: 51) { rank } } }',
    'subscription { boardUpdated(input: {id: "x"}) { id ...More } } fragment More on Board { secret }',
    'subscription { boardUpdated(input: {id: "x"}) { ... on Board { rows { ... on Row { mine } } } } }',
]


@pytest.mark.parametrize("query", NOT_SHAREABLE)
def test_one_undeclared_field_anywhere_ends_sharing(documents: Documents, query: str) -> None:
    assert not documents.subscription(query, None, {}).shareable


APART = [
    ("{ id secret rows(first: 3) { rank } }", "{ id rows(first: 3) { rank } }", "{ secret }"),
    ("{ mine: secret other: id }", "{ other: id }", "{ mine: secret }"),
    ("{ rows(first: $n) { rank } id }", "{ id }", "{ rows(first: $n) { rank } }"),
    ("{ id rows { ...More } } fragment More on Row { mine }", None, None),  # a fragment is judged as a whole document
    ("{ id ...More } fragment More on Board { secret }", None, None),
    ("{ id secret @skip(if: false) }", None, None),
    ("{ id id secret }", None, None),
    ("{ secret rows { mine } }", None, None),
    ("{ id }", None, None),
]


@pytest.mark.parametrize(("selection", "shared", "own"), APART)
def test_what_may_be_shared_is_taken_apart_from_what_may_not(
    documents: Documents, selection: str, shared: str | None, own: str | None
) -> None:
    variables, values = ("($n: Int)", {"n": 51}) if "$n" in selection else ("", {})
    before = f'subscription S{variables} {{ boardUpdated(input: {{ id: "x" }}) '
    body, _, fragment = selection.partition(" fragment")
    operation = documents.subscription(f"{before}{body} }} {'fragment' + fragment if fragment else ''}", None, values)
    halves = operation.halves
    if shared is None:
        assert halves is None
        return
    assert halves
    assert halves.shared.shareable
    assert not halves.own.shareable
    assert [" ".join(print_ast(one.document).split()) for one in (halves.shared, halves.own)] == [
        f"{before}{half} }}" for half in (shared, own)
    ]
    assert len({halves.shared.normal, halves.own.normal, operation.normal}) == 3


def test_a_variable_that_is_not_given_leaves_its_default(documents: Documents) -> None:
    query = 'subscription S($n: Int) { boardUpdated(input: {id: "x"}) { rows(first: $n) { rank } } }'
    left_out = documents.subscription('subscription { boardUpdated(input: {id: "x"}) { rows { rank } } }', None, {})
    assert documents.subscription(query, None, {}).normal == left_out.normal
    assert documents.subscription(query, None, {}).shareable


def test_an_argument_given_by_variable_is_judged_by_its_value(documents: Documents) -> None:
    query = 'subscription S($n: Int) { boardUpdated(input: {id: "x"}) { rows(first: $n) { rank } } }'
    assert documents.subscription(query, None, {"n": 50}).shareable
    assert not documents.subscription(query, None, {"n": 51}).shareable


REFUSED = [
    ("subscription {", None, {}, "Syntax Error"),
    ("subscription { nothing { id } }", None, {}, "Cannot query field"),
    ("{ board { id } }", None, {}, "Only subscriptions"),
    ("mutation { act }", None, {}, "Only subscriptions"),
    (PLAIN, "Other", {}, "no operation of that name"),
    (
        f"{PLAIN.replace('subscription', 'subscription A')} {PLAIN.replace('subscription', 'subscription B')}",
        None,
        {},
        "several",
    ),
    ("subscription S($input: BoardInput!) { boardUpdated(input: $input) { id } }", None, {}, "input"),
    ("subscription S($input: BoardInput!) { boardUpdated(input: $input) { id } }", None, {"input": 5}, "input"),
    (
        'subscription { ...All } fragment All on Subscription { boardUpdated(input: {id: "x"}) { id } }',
        None,
        {},
        "directly",
    ),
    ("{" * 5000, None, {}, ""),
    ("{" + " a" * MOST_TOKENS + "}", None, {}, "2002 tokens; 2000"),
]


@pytest.mark.parametrize(("query", "name", "variables", "reason"), REFUSED)
def test_what_cannot_run_is_refused_with_its_reason(
    documents: Documents, query: str, name: str | None, variables: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        documents.subscription(query, name, variables)
    assert reason in refused.value.errors[0].message


def test_refusals_and_documents_are_kept_within_a_bound(documents: Documents) -> None:
    """What was asked for again goes on; what was asked for once is read again."""
    once = documents.parsed(f"{PLAIN} ")
    again = documents.parsed(PLAIN)
    assert documents.parsed(PLAIN) is again
    for number in range(600):
        documents.parsed(f'subscription {{ boardUpdated(input: {{id: "{number}"}}) {{ id }} }}')
    assert len(documents._known) == 500
    assert documents.parsed(PLAIN) is again
    assert documents.parsed(f"{PLAIN} ") is not once


def test_a_hall_that_comes_back_is_analysed_once(documents: Documents) -> None:
    query = "subscription S($n: Int, $i: BoardInput!) { boardUpdated(input: $i) { rows(first: $n) { rank } } }"
    first = documents.subscription(query, None, {"n": 1, "i": {"id": "x", "period": "DAY"}})
    assert documents.subscription(query, None, {"i": {"period": "DAY", "id": "x"}, "n": 1}) is first
    assert documents.subscription(query, "S", {"n": 1, "i": {"id": "x", "period": "DAY"}}).normal == first.normal
    assert documents.subscription(query, None, {"n": 2, "i": {"id": "x", "period": "DAY"}}).normal != first.normal
    with pytest.raises(Refused):  # true is no 1
        documents.subscription(query, None, {"n": True, "i": {"id": "x", "period": "DAY"}})
    for number in range(600):
        documents.subscription(query, None, {"n": number, "i": {"id": "x"}})
    assert len(documents._operations) == 500


def test_large_documents_are_kept_by_weight(documents: Documents) -> None:
    comment = "#" + "x" * 200_000  # one token that is none
    for number in range(MOST_WEIGHT // 2_000 + 1):
        documents.parsed(f"{PLAIN} {comment}{number}")
    first = documents.parsed(PLAIN)
    documents.parsed(f"{PLAIN} {comment}")
    assert documents.parsed(PLAIN) is first
    assert len(documents._known) < 60


def test_a_refusal_raised_again_does_not_grow(documents: Documents) -> None:
    depths: set[int] = set()
    for _ in range(3):
        with pytest.raises(Refused) as refused:
            documents.parsed("{ nothing }")
        depths.add(len(refused.traceback))
    assert len(depths) == 1


def doubled(count: int) -> str:
    fragments = "".join(f"fragment F{n} on Board {{ ...F{n + 1} ...F{n + 1} }} " for n in range(count))
    return f"{{ board {{ ...F0 }} }} {fragments} fragment F{count} on Board {{ id }}"


TOO_LARGE = {
    "depth": ("{ board " + "{ board " * 24 + "{ id }" + "}" * 25, "depth"),
    "depth in fragments": (
        "{ ...F } fragment F on Query " + "{ board " * 13 + "{ ...G }" + "}" * 13 + " "
        "fragment G on Board " + "{ board " * 13 + "{ id }" + "}" * 13,
        "depth",
    ),
    "fields": (doubled(30), "fields"),
    "one name": ("{ board { " + "id " * 21 + "} }", "duplicates"),
    "one name in inline fragments": ("{ board { " + "...{ id } " * 21 + "} }", "duplicates"),
    "fragments": ("{ board { id } } " + "".join(f"fragment F{n} on Board {{ id }} " for n in range(41)), "fragments"),
    "directives": ("{ board { id " + "@skip(if: false) " * 101 + "} }", "directives"),
}


@pytest.mark.parametrize(("query", "limit"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_too_large_is_refused_before_it_is_validated(documents: Documents, query: str, limit: str) -> None:
    with pytest.raises(Refused) as refused:
        documents.parsed(query)
    [error] = refused.value.errors
    facts = dict(error.extensions or {})
    assert (facts["code"], facts["limit"]) == ("TOO_LARGE", limit)
    assert facts["asked"] > facts["allowed"]
    assert str(facts["asked"]) in error.message
    assert str(facts["allowed"]) in error.message


def test_what_common_tools_ask_is_not_too_large(documents: Documents) -> None:
    documents.parsed(get_introspection_query())
    with pytest.raises(Refused, match="Cannot spread fragment"):  # a cycle, which ends too
        documents.parsed("{ board { ...F } } fragment F on Board { ...G } fragment G on Board { ...F }")
