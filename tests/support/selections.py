"""Operations at random: whatever a schema allows below a root field, as a tree that can be spelled in several ways.

    walk = Walk(schema, random, values, allowed)
    asked = walk.below("leaderboardUpdated", {"input": {...}})
    query, variables = Spelling(random, variables=0.5).of(asked)

values: what an argument may be, by its name or else by its type's; numbers, enums and booleans are drawn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

DEEPEST = 5  # fields that have fields
MOST_FIELDS = 16  # of one operation; beyond that only names and numbers are added
INTEGERS = (0, 1, 2, 3, 5, 5, 20, 20)
ODD_INTEGERS = (-1, 51, 101)
FLOATS = (0.05, 1, 2.5, 20)
BOOLEAN = GraphQLNonNull(GraphQLBoolean)


@dataclass(frozen=True, slots=True)
class Given:
    name: str
    type: GraphQLInputType
    value: Any  # as JSON has it


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    alias: str | None
    arguments: tuple[Given, ...]
    below: tuple[Part, ...]
    included: bool | None  # by a directive, where there is one


@dataclass(frozen=True, slots=True)
class Inline:
    on: str | None
    below: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    name: str


Part: TypeAlias = Field | Inline | Spread


@dataclass(frozen=True, slots=True)
class Asked:
    """One subscription. fragments: type and selection by name."""

    root: Field
    fragments: Mapping[str, tuple[str, tuple[Part, ...]]]
    selected: frozenset[tuple[str, str]] = frozenset()  # types and fields


Allowed = Callable[[str, str], bool]  # type and field


@dataclass
class Walk:
    """wanted: fields that are selected wherever their type is met."""

    schema: GraphQLSchema
    random: Random
    values: Mapping[str, Sequence[Any]]
    allowed: Allowed
    wanted: frozenset[tuple[str, str]] = frozenset()
    _fragments: dict[str, tuple[str, tuple[Part, ...]]] = field(default_factory=dict[str, Any])
    _depths: dict[str, int] = field(default_factory=dict[str, int])
    _aliases: int = 0
    _fields: int = 0
    _selected: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def below(self, root: str, given: Mapping[str, Any]) -> Asked:
        """A subscription of this root field with these arguments, and others at random."""
        parent = self.schema.subscription_type
        assert parent
        found = parent.fields[root]
        arguments = [
            Given(name, one.type, given[name] if name in given else self.value(name, one.type))
            for name, one in found.args.items()
            if name in given or self._takes(one)
        ]
        below = self._select(get_named_type(found.type), 1, aliased=False)
        alias = self._alias() if self.random.random() < 0.1 else None
        return Asked(Field(root, alias, tuple(arguments), below, None), self._fragments, frozenset(self._selected))

    # ------------------------------------------------------------ values

    def _takes(self, one: GraphQLArgument | GraphQLInputField) -> bool:
        required = is_required_argument(one) if isinstance(one, GraphQLArgument) else is_required_input_field(one)
        return required or self.random.random() < 0.5

    def value(self, name: str, of: GraphQLInputType) -> Any:
        draw = self.random
        if not isinstance(of, GraphQLNonNull) and draw.random() < 0.1:
            return None
        bare = of.of_type if isinstance(of, GraphQLNonNull) else of
        if isinstance(bare, GraphQLList):
            return [self.value(name, bare.of_type) for _ in range(draw.randrange(3))]
        if isinstance(bare, GraphQLEnumType):
            return draw.choice(list(bare.values))
        if isinstance(bare, GraphQLInputObjectType):
            return {key: self.value(key, one.type) for key, one in bare.fields.items() if self._takes(one)}
        if name in self.values:
            return draw.choice(self.values[name])
        match bare.name:
            case "Boolean":
                return draw.random() < 0.5
            case "Int":
                return draw.choice(ODD_INTEGERS if draw.random() < 0.02 else INTEGERS)
            case "Float":
                return draw.choice(FLOATS)
            case other:
                return draw.choice(self.values[other])

    # ------------------------------------------------------------ selections

    def _alias(self) -> str:
        self._aliases += 1
        return f"a{self._aliases}"

    def _select(self, of: GraphQLNamedType, depth: int, *, aliased: bool) -> tuple[Part, ...]:
        """Never empty. aliased: what stands beside it may have the same names."""
        if isinstance(of, (GraphQLUnionType, GraphQLInterfaceType)):
            kinds = self.schema.get_possible_types(of)
            chosen = self.random.sample(kinds, self.random.randint(1, len(kinds)))
            inlines = [Inline(one.name, self._select(one, depth, aliased=True)) for one in chosen]
            return (Field("__typename", None, (), (), None), *inlines)
        assert isinstance(of, GraphQLObjectType)
        parts: list[Part] = [self._field(of, name, depth, aliased=aliased) for name in self._names(of, depth)]
        if not parts or self.random.random() < 0.15:
            parts.append(Field("__typename", None, (), (), None))
        if self.random.random() < 0.2:
            parts.append(self._aside(of, depth))
        return tuple(parts)

    def _names(self, of: GraphQLObjectType, depth: int) -> list[str]:
        leaves = depth > DEEPEST or self._fields > MOST_FIELDS
        known = {
            name
            for name, one in of.fields.items()
            if (of.name, name) in self.wanted or self.allowed(of.name, name)
            if not leaves or is_leaf_type(get_named_type(one.type))
        }
        wanted = sorted(known & {name for parent, name in self.wanted if parent == of.name})
        known -= set(wanted)
        deep = [name for name in sorted(known) if not is_leaf_type(get_named_type(of.fields[name].type))]
        flat = sorted(known - set(deep))
        draw = self.random
        names = [*wanted, *draw.sample(flat, min(len(flat), draw.randint(1, 4)))]
        names += draw.sample(deep, min(len(deep), draw.choice((1, 1, 1, 2) if depth < 3 else (0, 1, 1, 2))))
        draw.shuffle(names)
        return names

    def _field(self, of: GraphQLObjectType, name: str, depth: int, *, aliased: bool) -> Field:
        self._fields += 1
        self._selected.add((of.name, name))
        found = of.fields[name]
        named = get_named_type(found.type)
        draw = self.random
        return Field(
            name,
            self._alias() if aliased or draw.random() < 0.15 else None,
            tuple(
                Given(key, one.type, self.value(key, one.type)) for key, one in found.args.items() if self._takes(one)
            ),
            () if is_leaf_type(named) else self._select(named, depth + 1, aliased=False),
            draw.random() < 0.7 if draw.random() < 0.05 else None,
        )

    def _aside(self, of: GraphQLObjectType, depth: int) -> Part:
        """Some more of the same object, in a fragment."""
        known = [name for name, (on, _) in self._fragments.items() if on == of.name and self._depths[name] >= depth]
        if known and self.random.random() < 0.5:
            return Spread(self.random.choice(known))
        below = tuple(self._field(of, name, depth, aliased=True) for name in self._names(of, depth))
        below = below or (Field("__typename", None, (), (), None),)
        if self.random.random() < 0.5:
            return Inline(self.random.choice([None, of.name]), below)
        name = f"F{len(self._fragments) + 1}"
        self._fragments[name], self._depths[name] = (of.name, below), depth
        return Spread(name)


@dataclass
class Spelling:
    """One way to write an operation down. variables: how many of the values go that way, 0 to 1."""

    random: Random
    variables: float
    _values: dict[str, Any] = field(default_factory=dict[str, Any])
    _definitions: list[str] = field(default_factory=list[str])

    def of(self, asked: Asked) -> tuple[str, dict[str, Any]]:
        root = self._part(asked.root)
        fragments = [f"fragment {name} on {on} {self._set(below)}" for name, (on, below) in asked.fragments.items()]
        defined = f"({', '.join(self._definitions)})" if self._definitions else ""
        name = f"Watch{self.random.randrange(100)}" if defined or self.random.random() < 0.5 else ""
        between = self.random.choice(["\n", " ", " ,, # nothing\n"])
        return between.join([f"subscription {name}{defined} {{ {root} }}", *fragments]), self._values

    def _set(self, parts: Sequence[Part]) -> str:
        return "{ " + self.random.choice([" ", ", ", "\n  "]).join(map(self._part, parts)) + " }"

    def _part(self, part: Part) -> str:
        match part:
            case Spread(name):
                return f"...{name}"
            case Inline(on, below):
                return f"... on {on} {self._set(below)}" if on else f"... {self._set(below)}"
            case Field(name, alias, arguments, below, included):
                text = f"{alias}: {name}" if alias else name
                if arguments:
                    text += (
                        "(" + ", ".join(f"{one.name}: {self._value(one.type, one.value)}" for one in arguments) + ")"
                    )
                if included is not None:
                    text += f" @include(if: {self._value(BOOLEAN, included)})"
                return f"{text} {self._set(below)}" if below else text

    def _value(self, of: GraphQLInputType, value: Any) -> str:
        if self.random.random() < self.variables:
            name = f"v{len(self._definitions)}"
            if value is not None and self.random.random() < 0.2:
                self._definitions.append(f"${name}: {of} = {self._literal(of, value)}")
            else:
                self._definitions.append(f"${name}: {of}")
                self._values[name] = value
            return f"${name}"
        return self._literal(of, value, self._value)

    def _literal(
        self, of: GraphQLInputType, value: Any, part: Callable[[GraphQLInputType, Any], str] | None = None
    ) -> str:
        """part: how the values inside it are written."""
        part = part or self._literal
        bare = of.of_type if isinstance(of, GraphQLNonNull) else of
        if value is None:
            return "null"
        if isinstance(bare, GraphQLEnumType):
            return value
        if isinstance(bare, GraphQLList):
            return "[" + ", ".join(part(bare.of_type, one) for one in value) + "]"
        if isinstance(bare, GraphQLInputObjectType):
            return "{" + ", ".join(f"{key}: {part(bare.fields[key].type, one)}" for key, one in value.items()) + "}"
        return json.dumps(value, ensure_ascii=False)
