"""The client of the public API: what people type, and what an answer means."""

import pytest

from app.client import Address, Refused, refusal


@pytest.mark.parametrize(
    ("typed", "http", "socket"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/graphql", "ws://127.0.0.1:8000/graphql"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000/graphql", "ws://127.0.0.1:8000/graphql"),
        (
            "https://hall.example/leitai/graphql/",
            "https://hall.example/leitai/graphql",
            "wss://hall.example/leitai/graphql",
        ),
    ],
)
def test_an_address_is_read_as_people_type_it(typed: str, http: str, socket: str) -> None:
    assert (Address.read(typed).http, Address.read(typed).socket) == (http, socket)


@pytest.mark.parametrize("typed", ["", "ftp://x", "http://", "http://x:99999", "http://[::1"])
def test_what_is_no_address_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(Refused, match="is no address of a server"):
        Address.read(typed)


@pytest.mark.parametrize(
    ("codes", "final"),
    [(["NOT_FOUND"], True), ([None], False), (["INTERNAL"], False), (["INTERNAL", "FORBIDDEN"], True)],
)
def test_only_what_was_meant_is_final(codes: list[str | None], final: bool) -> None:
    errors = [{"message": "No.", "extensions": {"code": code} if code else None} for code in codes]
    assert refusal(errors).final is final
