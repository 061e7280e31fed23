"""Descriptions that follow from what is declared elsewhere: of arguments by their names, of results by their members,
of enum values by their table. What a type or field says of itself stays."""

from collections.abc import Iterator, Mapping

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
)

from schema.described_values import VALUES

# What an argument means wherever it is given, unless FIELDS says otherwise.
ARGUMENTS: Mapping[str, str] = {
    "first": "How many items at most.",
    "after": "A page's `endCursor`: returns the items after it. Left out: from the beginning.",
    "organizationId": "The organization. Your own is at `viewer { member { organization { id } } }`.",
    "id": "The object's id.",
    "status": "Only those in this state. Left out: all.",
    "memberId": "The member.",
    "maxPerSecond": "How many frames a second at most, 0.05 to 20. Frames between may be skipped, never the newest.",
    "includeClosed": "Also organizations that were closed.",
    "includeDescendants": "Also of all organizations below.",
}
# By type and field, where an argument means something of its own.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "Query.organizations": {"parentId": "Only those right below it. Left out: the roots that the viewer may see."},
    "Query.courses": {"status": "Only those in this state; null: PUBLISHED."},
    "Query.leaderboard": {"at": "The instant to show. Left out: now."},
    "Query.explain": {
        "memberId": "The member or organization to look up.",
        "at": "As of that instant. Left out: as it stands.",
    },
    "Query.displays": {"includeRevoked": "Includes revoked displays."},
    "Query.auditLog": {
        "organizationId": ("The organization, with all below. Left out: entries outside every root, for the operator."),
        "action": "Only this one: a mutation's name, or a command's.",
        "memberId": "Only entries that concern this member.",
        "since": "Only from that instant on.",
        "until": "Only before that instant.",
    },
    "Query.rewards": {"includeInactive": ("Includes rewards that are not offered, for those who manage them.")},
    "Query.pointsLog": {"after": ("Your newest `cursor`: returns the entries after it. Left out: from the beginning.")},
    "Subscription.pointsAwarded": {
        "after": "Your newest `cursor`: returns the entries after it. Left out: from the beginning."
    },
    "Organization.members": {
        "search": (
            "Part of the displayName. For viewers who may read them, also part of the name, or a whole phone number."
        ),
        "includeInactive": "Includes former members, for those who may read names.",
    },
    "Organization.roleGrants": {"role": "Only this role.", "includeEnded": "Also grants that ended."},
    "TaskArena.tasks": {"status": "Only those in this state; null: OPEN."},
    "Leaderboard.rows": {"offset": "How many rows to leave out from the top."},
    "Leaderboard.around": {
        "subjectId": "The member or organization in the middle.",
        "radius": "How many rows above and below.",
    },
    "Leaderboard.standing": {"subjectId": "The member. Left out: the viewer."},
    "Subscription.standingUpdated": {"subjectId": "The member. Left out: the viewer."},
    "Explanation.entries": {"rule": "Only entries of this rule's code."},
    "Mutation.requestDisplayPairing": {
        "deviceCode": "The screen's own from before, to renew its code. Left out: a new pairing."
    },
    "Mutation.recordActs": {"inputs": "Up to 500 acts, answered one by one and in their order."},
}


def complete(schema: GraphQLSchema) -> None:
    """Fill in what has no description yet."""
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(kind, GraphQLEnumType):
            for key, value in kind.values.items():
                value.description = value.description or VALUES.get(name, {}).get(key)
        for field, argument_name, argument in _arguments(name, kind):
            argument.description = argument.description or _of_argument(field, argument_name, argument)
    for kind in (schema.query_type, schema.mutation_type):
        assert kind is not None
        _name_results(kind)


def _arguments(name: str, kind: object) -> Iterator[tuple[str, str, GraphQLArgument]]:
    if hasattr(kind, "fields") and not isinstance(kind, GraphQLInputObjectType):
        for field, one in getattr(kind, "fields").items():  # noqa: B009 -- objects and interfaces
            yield from ((f"{name}.{field}", key, argument) for key, argument in one.args.items())


def _of_argument(field: str, name: str, argument: GraphQLArgument) -> str | None:
    """An input says itself what it is."""
    found = FIELDS.get(field, {}).get(name) or ARGUMENTS.get(name)
    named = get_named_type(argument.type)
    return found or (named.description if isinstance(named, GraphQLInputObjectType) else None)


def _name_results(root: GraphQLObjectType) -> None:
    """Describe each union that a field answers with: the field, its success and its refusals."""
    for name, field in root.fields.items():
        union = get_named_type(field.type)
        if not isinstance(union, GraphQLUnionType) or union.description:
            continue
        members = [one.name for one in union.types]
        good = [one.name for one in union.types if "UserError" not in {face.name for face in one.interfaces}]
        refusals = [one for one in members if one not in good]
        each = "each answer of " if isinstance(get_nullable_type(field.type), GraphQLList) else ""
        told = f"The result of {each}`{name}`: {', '.join(good)}"
        union.description = f"{told}, or a refusal: {', '.join(refusals)}." if refusals else f"{told}."
