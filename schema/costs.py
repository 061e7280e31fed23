"""What fields cost, in one table: the rule that refuses reads it, and so do the descriptions that clients read."""

from typing import cast

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from realtime.costs import EDGES, MOST_COST, PAGED, Costs, is_list

CHANGE = 20  # a transaction: 3 ms, where a value takes a hundredth of that
PASSWORD = 2_000  # hashing takes a fifth of a second of a core, so that a document may ask for two
COUNT = 10  # counts a whole list
REPLAY = 1_000  # reads a month's acts
BOARD = 2_000  # loads a whole board: of 2,000 members 50 ms of a core, so that a document may ask for twenty
LESSER_BOARD = 1_000  # loads an arena, a block or a course board: a company's 20 to 30 ms of a core
PASSWORDS = ("signIn", "changePassword")
COUNTED = "totalCount"

_LENGTHS = {
    "Organization": {"ancestors": 5},
    "BlockRevision": {"pairedWith": 4, "openings": 6},
    "Display": {"scenes": 5},
    "AuditEntry": {"subjectIds": 2, "members": 2, "details": 2},  # of a call of recordActs 20 and up to 500
    "PointsLog": {EDGES: 100},  # of a subscription, which has no `first`
    "__Schema": {"directives": 10},
    # of an ordinary type: most are enums, inputs and small
    "__Type": {"fields": 4, "inputFields": 2, "interfaces": 1, "possibleTypes": 2, "enumValues": 2},
    "__Field": {"args": 1},
    "__Directive": {"args": 2, "locations": 5},
}
_TIMES = {
    "first": "`first` times the selection of an item",
    "radius": "2 × `radius` + 1 times the selection of a row",
    "inputs": "the selection of an answer for each of `inputs`",
}


def table(schema: GraphQLSchema) -> Costs:
    mutations = cast(GraphQLObjectType, schema.mutation_type).fields
    weights: dict[str, dict[str, int]] = {
        "Mutation": {name: PASSWORD if name in PASSWORDS else CHANGE for name in mutations},
        # A node may be a board.
        "Query": {
            **dict.fromkeys(("leaderboard", "explain", "node"), BOARD),
            **dict.fromkeys(("taskArena", "blockBoard", "courseBoard"), LESSER_BOARD),
            "previewPointRule": REPLAY,
        },
    }
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLObjectType) and COUNTED in kind.fields:
            weights[name] = {COUNTED: COUNT}
    return Costs(weights, {**_LENGTHS, "__Schema": {**_LENGTHS["__Schema"], "types": len(schema.type_map)}})


def describe(schema: GraphQLSchema) -> Costs:
    """The table, which each field that costs more than 1 now tells in its description."""
    costs = table(schema)
    for name, kind in schema.type_map.items():
        if not name.startswith("__") and isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, definition in kind.fields.items():
                said = _said(costs, name, field_name, definition)
                if said:
                    definition.description = f"{definition.description} {said}"
    query = cast(GraphQLObjectType, schema.query_type)
    query.description = (
        f"{query.description} An operation may cost at most {MOST_COST}: 1 for each value that its answer may hold, "
        "and more for fields whose descriptions say so. Send `extensions: {cost: true}` to receive its cost, "
        '`{cost: "only"}` to receive it without execution.'
    )
    return costs


def _said(costs: Costs, parent: str, name: str, definition: GraphQLField) -> str:
    own = costs.weights.get(parent, {}).get(name, 1)
    times = next((words for argument, words in _TIMES.items() if argument in definition.args), None)
    assert times is None or any(one in definition.args for one in PAGED)
    length = costs.lengths.get(parent, {}).get(name, costs.usual) if is_list(definition) and name != EDGES else None
    if times:
        return f"Costs {own} and {times}." if own != 1 else f"Costs {times}."
    if length:
        return f"Costs as much as {length} items."
    return f"Costs {own}." if own != 1 else ""
