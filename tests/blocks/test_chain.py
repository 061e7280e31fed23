"""The hash of blocks: golden vectors that other implementations are held to as well, RFC 8785, and a slow twin."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as some

from resolvers.signing import Signed, Signer, holds
from rules import chain
from rules.chain import Link, Opening

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data/chain-vectors.json").read_text("utf-8"))
TEXT = some.text(some.characters(exclude_categories=["Cs"]))
JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: some.lists(inner, max_size=5) | some.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)

# ---------------------------------------------------------------- golden vectors


@pytest.mark.parametrize("vector", VECTORS["canonical"], ids=lambda one: one["about"])
def test_canonical_json_to_the_letter(vector: dict[str, Any]) -> None:
    assert chain.canonical(vector["value"]) == vector["canonical"]
    assert chain.digest(vector["canonical"]) == vector["sha256"]


@pytest.mark.parametrize("vector", VECTORS["commitments"], ids=lambda one: one["path"])
def test_commitments_to_the_letter(vector: dict[str, Any]) -> None:
    assert chain.commitment(vector["value"], vector["salt"]) == vector["commitment"]


def test_the_chain_of_the_vectors_holds_and_is_signed() -> None:
    previous = chain.GENESIS
    for number, one in enumerate(VECTORS["chain"], start=1):
        content = json.loads(one["canonical"])
        assert chain.canonical(content) == one["canonical"]
        assert content["domain"] == chain.DOMAIN
        assert (content["sequence"], content["previousHash"]) == (number, previous)
        assert chain.digest(one["canonical"]) == one["hash"]
        for opening in one["openings"]:
            commitment = chain.commitment(opening["value"], opening["salt"])
            assert content["commitments"][opening["path"]] == commitment
        statement = chain.statement(content["block"], number, one["hash"], one["signedAt"])
        assert statement == one["statement"]
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(one["publicKey"]))
        key.verify(bytes.fromhex(one["signature"]), statement.encode())
        assert holds(Signed(statement, one["signature"], one["keyId"], one["publicKey"]))
        previous = one["hash"]


def test_ed25519_as_rfc_8032_has_it() -> None:
    """Its first test: the empty message."""
    signer = Signer(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert signer.public_key == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signer.sign("").signature == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )


# ---------------------------------------------------------------- RFC 8785


@given(JSON)
def test_canonical_is_what_another_implementation_says(value: Any) -> None:
    assert chain.canonical(value).encode() == rfc8785.dumps(value)
    assert json.loads(chain.canonical(value)) == value


@pytest.mark.parametrize("wrong", ["\ud800", ["a", "\udfff"], {"\ud800": 1}, 2**53, -(2**53)])
def test_what_not_every_reader_reads_alike_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="not "):
        chain.canonical(wrong)


@pytest.mark.parametrize("wrong", [1.0, b"x", {1: "x"}, {1, 2}])
def test_what_we_never_write_is_refused(wrong: Any) -> None:
    with pytest.raises((TypeError, AttributeError)):
        chain.canonical(wrong)


# ---------------------------------------------------------------- the twin


def plainly_intact(links: Sequence[Link]) -> bool:
    """Every link made anew from what is kept beside it."""
    previous = "0" * 64
    for number, one in enumerate(links, start=1):
        try:
            commitments = json.loads(one.canonical)["commitments"]
        except (ValueError, KeyError, TypeError):
            return False
        said = {
            "domain": "leitai-block-v1", "block": one.block, "sequence": number, "previousHash": previous,
            "recordedAt": one.recorded_at, "recordedBy": one.recorded_by, "responsible": one.responsible,
            "retired": one.retired, "commitments": commitments,
        }  # fmt: skip
        bound = rfc8785.dumps({"organization": one.organization, "paired": list(one.paired)}).decode()
        if (
            set(commitments) != {"name", "extent", "reason", "pairedWith"}
            or rfc8785.dumps(said).decode() != one.canonical
            or hashlib.sha256(one.canonical.encode()).hexdigest() != one.hash
            or (one.sequence, one.previous_hash) != (number, previous)
            or one.statement != f"leitai-head-v1\n{one.block}\n{number}\n{one.hash}\n{one.signed_at}"
            or (one.retired and number < len(links))
        ):
            return False
        for path, opening in one.openings.items():
            random = opening.salt[:32]
            if (
                hashlib.sha256((opening.salt + opening.value).encode()).hexdigest() != commitments[path]
                or opening.salt != random + hashlib.sha256((random + bound).encode()).hexdigest()
            ):
                return False
        previous = one.hash
    return True


def made(length: int) -> list[Link]:
    links: list[Link] = []
    for number in range(1, length + 1):
        previous = links[-1].hash if links else chain.GENESIS
        said = {"name": f"区块{number}", "extent": "东", "reason": "x", "pairedWith": chain.names(["陈晓", "李强"])}
        openings = {
            path: Opening(value, chain.bound_salt(f"{number}{path}".ljust(32, "0"), "O", ["M1", None]))
            for path, value in said.items()
        }
        given: dict[str, Any] = {
            "block": "B", "sequence": number, "previous_hash": previous, "recorded_at": f"2026-03-10T02:0{number}:00Z",
            "recorded_by": "M2", "responsible": "M3", "retired": False,
        }  # fmt: skip
        commitments = {path: chain.commitment(one.value, one.salt) for path, one in openings.items()}
        canonical = chain.content(**given, commitments=commitments)
        head = chain.digest(canonical)
        links.append(
            Link(
                **given, organization="O", paired=["M1", None], openings=openings, canonical=canonical, hash=head,
                statement=chain.statement("B", number, head, given["recorded_at"]), signed_at=given["recorded_at"],
            )
        )  # fmt: skip
    return links


CHAIN = made(4)
FIELDS = sorted(Link.__dataclass_fields__)


def touched(link: Link, field: str, draw: Any) -> Link:
    value = getattr(link, field)
    if isinstance(value, bool):
        return replace(link, **{field: not value})
    if isinstance(value, int):
        return replace(link, **{field: value + draw(some.sampled_from([-1, 1, 10]))})
    if isinstance(value, str):
        place = draw(some.integers(0, len(value) - 1))
        return replace(link, **{field: value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]})
    if field == "paired":
        return replace(link, paired=draw(some.sampled_from([["M1"], ["M1", None, None], ["M9", None], [None, "M1"]])))
    path = draw(some.sampled_from(chain.PATHS))
    kept = link.openings[path]
    other = draw(some.sampled_from([replace(kept, value=f"{kept.value} "), replace(kept, salt=f"x{kept.salt[1:]}")]))
    return replace(link, openings={**link.openings, path: other})


@given(some.data())
def test_whatever_is_touched_is_found_and_the_twin_agrees(data: some.DataObject) -> None:
    links = list(CHAIN)
    match data.draw(some.sampled_from(["touch", "cut", "exchange", "erase"])):
        case "touch":
            place = data.draw(some.integers(0, 3))
            links[place] = touched(links[place], data.draw(some.sampled_from(FIELDS)), data.draw)
            expected = place + 1
            assert chain.first_break(links) in (expected, expected + 1)
        case "cut":
            place = data.draw(some.integers(0, 3))
            del links[place]
            assert chain.first_break(links) == (place + 1 if place < 3 else None)
        case "exchange":
            one, other = data.draw(some.permutations(range(4)))[:2]
            links[one], links[other] = links[other], links[one]
            assert chain.first_break(links) == min(one, other) + 1
        case _:
            place, path = data.draw(some.integers(0, 3)), data.draw(some.sampled_from(chain.PATHS))
            kept = {key: one for key, one in links[place].openings.items() if key != path}
            links[place] = replace(links[place], openings=kept)
            assert chain.first_break(links) is None
    assert plainly_intact(links) == (chain.first_break(links) is None)
