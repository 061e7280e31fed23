"""Entries of the audit log as sentences."""

from __future__ import annotations

from typing import Any

from rules.audit_sentences import listed, sentence


def said(**given: Any) -> str:
    usual: dict[str, Any] = {
        "actor": "MEMBER", "name": "王芳", "action": "approveClaim", "refused": False,
        "whom": ["李强"], "people": 1, "count": 1, "place": "第一党支部",
    }  # fmt: skip
    return sentence(**usual | given)


def test_who_did_what_to_whom_and_where() -> None:
    assert said() == "王芳 approved a claim of 李强 at 第一党支部."
    assert said(actor="OPERATOR", name=None, action="createOrganization", whom=[], people=0) == (
        "The operator created the organization at 第一党支部."
    )
    assert said(name="", place="") == "A member approved a claim of 李强."
    assert said(action="somethingNew") == "王芳 did somethingNew at 第一党支部."
    assert said(actor="NOBODY", name=None, action="signIn", refused=True) == (
        "Someone without a token was rate-limited (signIn) after too many wrong passwords at 第一党支部."
    )
    assert said(action="recordActs", whom=["李强", "", "赵敏"], people=400, count=500) == (
        "王芳 recorded 500 acts of 李强, a member, 赵敏 and 397 more at 第一党支部."
    )


def test_people_are_listed() -> None:
    assert listed([], 0) == "the organization itself"
    assert listed(["李强"], 1) == "李强"
    assert listed(["李强", "孙丽"], 2) == "李强 and 孙丽"
    assert listed(["李强", "孙丽", ""], 3) == "李强, 孙丽 and a member"
    assert listed(["李强", "孙丽", "赵敏"], 4) == "李强, 孙丽, 赵敏 and 1 more"


def test_names_are_never_read_as_a_format() -> None:
    assert "{count}" in said(whom=["{count}"])
