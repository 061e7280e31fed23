"""The public promise, contract.graphql beside this file: our schema may hold more, never less and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from graphql import (
    DefinitionNode,
    DocumentNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    Visitor,
    build_ast_schema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    print_ast,
    visit,
)
from graphql.utilities import DangerousChangeType, find_breaking_changes, find_dangerous_changes

from schema import schema

# What we keep by now: these fields, and whatever can be reached from them. A new aggregate adds its line.
KEPT = {
    "sign-in": "Query.viewer Mutation.signIn Mutation.signOut Mutation.changePassword",
    "nodes": "Query.node",
    "organizations": "Query.organizations Query.organization Mutation.createOrganization Mutation.updateOrganization "
    "Mutation.moveOrganization",
    "members": "Query.member Mutation.createMember Mutation.updateMember Mutation.moveMember Mutation.updateMyPrivacy",
    "roles": "Mutation.grantRole Mutation.revokeRole",
    "points": "Query.pointsLog Mutation.awardPoints Mutation.reversePoints Subscription.pointsAwarded",
    "tasks": "Query.taskArena Query.task Mutation.createTask Mutation.publishTask Mutation.closeTask "
    "Mutation.claimTask Mutation.releaseClaim Mutation.submitClaim Mutation.approveClaim Mutation.returnClaim "
    "Mutation.rejectClaim Subscription.taskArenaUpdated",
    "courses": "Query.courses Query.courseBoard Query.course Mutation.createCourse Mutation.publishCourse "
    "Mutation.archiveCourse Mutation.recordStudy Subscription.courseBoardUpdated",
    "leaderboards": "Query.leaderboard Subscription.leaderboardUpdated Subscription.standingUpdated",
    "displays": "Query.displays Mutation.requestDisplayPairing Mutation.approveDisplayPairing "
    "Mutation.claimDisplayToken Mutation.updateDisplay Mutation.revokeDisplay Subscription.displayUpdated",
    "blocks": "Query.blockBoard Query.block Mutation.createBlock Mutation.reviseBlock Mutation.retireBlock "
    "Subscription.blockBoardUpdated",
    "freezing": "Mutation.freezeLeaderboards Mutation.unfreezeLeaderboards",
}
# Of types that we have, what is still to come: fields, and members of unions.
TO_COME: set[str] = set()

ROOTS = ("Query", "Mutation", "Subscription")
NAMES = {name for line in KEPT.values() for name in line.split()}
ROOT_FOLDER = Path(__file__).parents[2]
CONTRACT = parse((Path(__file__).parent / "contract.graphql").read_text(encoding="utf-8"))
OURS = build_schema(schema.as_str())


class Named(Visitor):
    """The types that a definition names."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_named_type(self, node: NamedTypeNode, *_: Any) -> None:
        self.names.add(node.name.value)


def without_what_is_to_come(definition: DefinitionNode) -> TypeDefinitionNode:
    assert isinstance(definition, TypeDefinitionNode)
    name = definition.name.value
    if isinstance(definition, ObjectTypeDefinitionNode):
        fields = {f"{name}.{one.name.value}": one for one in definition.fields or ()}
        kept = [one for full, one in fields.items() if (full in NAMES if name in ROOTS else full not in TO_COME)]
        return replace(definition, fields=tuple(kept))
    if isinstance(definition, UnionTypeDefinitionNode):
        members = [one for one in definition.types or () if f"{name}.{one.name.value}" not in TO_COME]
        return replace(definition, types=tuple(members))
    return definition


def kept_part() -> GraphQLSchema:
    """The contract as far as the kept fields reach."""
    definitions = {one.name.value: one for one in map(without_what_is_to_come, CONTRACT.definitions)}
    found: dict[str, TypeDefinitionNode] = {}
    to_read: list[str] = [*ROOTS]
    while to_read:
        name = to_read.pop()
        if name in definitions and name not in found:
            found[name] = definitions[name]
            named = Named()
            visit(found[name], named)
            to_read.extend(named.names)
    return build_ast_schema(DocumentNode(definitions=tuple(found.values())))


PROMISED = kept_part()


def own_types(of: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    return {
        name: one
        for name, one in of.type_map.items()
        if not is_introspection_type(one) and not is_specified_scalar_type(one)
    }


def fields_of(one: GraphQLNamedType) -> dict[str, GraphQLField | GraphQLInputField]:
    return getattr(one, "fields", {})


def root_fields(of: GraphQLSchema) -> set[str]:
    return {f"{root}.{name}" for root in ROOTS for name in fields_of(of.type_map[root])}


# ---------------------------------------------------------------- the promise


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_is_kept_is_in_the_contract_and_in_our_schema(name: str) -> None:
    assert name in root_fields(PROMISED)
    assert name in root_fields(OURS)


def test_a_field_of_the_contract_is_kept_once_we_have_it() -> None:
    assert root_fields(OURS) & root_fields(build_ast_schema(CONTRACT)) == NAMES, "KEPT, above, lacks a line"


def test_what_is_to_come_has_not_come() -> None:
    members = {f"{name}.{one.name}" for name, union in own_types(OURS).items() for one in getattr(union, "types", ())}
    fields = {f"{name}.{field}" for name, one in own_types(OURS).items() for field in fields_of(one)}
    assert not TO_COME & (members | fields), "strike it off TO_COME, above"


def test_the_kept_part_reaches_the_far_ends() -> None:
    kept = own_types(PROMISED)
    assert {"PointsEntryEdge", "ClaimInWrongState", "FieldError", "LeaderboardRow", "Standing", "Long"} <= kept.keys()
    assert {"BlockRevision", "Opening", "PairedPersonInput", "ChainProof"} <= kept.keys()
    assert {"Course", "Study", "CourseBoard"} <= kept.keys()


def test_nothing_that_is_promised_breaks() -> None:
    assert [one.description for one in find_breaking_changes(PROMISED, OURS)] == []


def test_no_default_is_another() -> None:
    changes = find_dangerous_changes(PROMISED, OURS)
    changed = [one.description for one in changes if one.type is DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE]
    assert changed == []


@pytest.mark.parametrize("name", sorted(own_types(PROMISED)))
def test_a_promised_type_is_there_to_the_letter(name: str) -> None:
    """What the two tests above let pass too: a list or a null more or less, and defaults inside inputs."""
    promised, ours = PROMISED.type_map[name], OURS.type_map[name]
    for field, wanted in fields_of(promised).items():
        same(f"{name}.{field}", wanted, fields_of(ours)[field])
    if isinstance(promised, GraphQLEnumType):
        assert promised.values.keys() <= cast(GraphQLEnumType, ours).values.keys()
    if isinstance(promised, GraphQLUnionType):
        assert {one.name for one in promised.types} <= {one.name for one in cast(GraphQLUnionType, ours).types}
    if isinstance(promised, GraphQLObjectType):
        interfaces = {one.name for one in cast(GraphQLObjectType, ours).interfaces}
        assert {one.name for one in promised.interfaces} <= interfaces


def same(
    name: str,
    promised: GraphQLField | GraphQLInputField | GraphQLArgument,
    ours: GraphQLField | GraphQLInputField | GraphQLArgument,
) -> None:
    assert str(ours.type) == str(promised.type), name
    if isinstance(promised, GraphQLField):
        for argument, wanted in promised.args.items():
            same(f"{name}({argument}:)", wanted, cast(GraphQLField, ours).args[argument])
    else:
        assert not isinstance(ours, GraphQLField)
        assert default(ours) == default(promised), name


def default(one: GraphQLInputField | GraphQLArgument) -> str:
    """As it is printed. Without one: null, which means the same here."""
    node = one.ast_node and one.ast_node.default_value
    return print_ast(node) if node else "null"


# ---------------------------------------------------------------- what is printed


def described() -> Iterator[tuple[str, str | None]]:
    for name, one in own_types(OURS).items():
        yield name, one.description
        yield from ((f"{name}.{field}", found.description) for field, found in fields_of(one).items())
        for field, found in fields_of(one).items():
            arguments = found.args.items() if isinstance(found, GraphQLField) else ()
            yield from ((f"{name}.{field}({key}:)", argument.description) for key, argument in arguments)
        if isinstance(one, GraphQLEnumType):
            yield from ((f"{name}.{key}", value.description) for key, value in one.values.items())


def test_everything_says_what_it_is() -> None:
    """Types, fields, arguments, values of enums, and unions."""
    assert [name for name, description in described() if not description] == []
    assert sum(1 for _ in described()) > 1_000


def test_every_scalar_of_ours_says_what_specifies_it() -> None:
    ours = [one for one in own_types(OURS).values() if isinstance(one, GraphQLScalarType)]
    assert {one.name for one in ours} == {"Date", "DateTime", "Long"}
    assert all(one.specified_by_url for one in ours)


def test_the_committed_schema_is_what_is_served() -> None:
    committed = (ROOT_FOLDER / "schema.graphql").read_text(encoding="utf-8")
    assert committed == f"{schema.as_str()}\n", "write it anew: .venv/bin/leitai schema > schema.graphql"
