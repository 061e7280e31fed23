"""An entry of the audit log as a sentence, made of names that its reader may see."""

from collections.abc import Sequence

NAMED = 3  # people of one sentence
SOMEBODY = "a member"  # whose name is erased

ACTORS = {
    "OPERATOR": "The operator",
    "DISPLAY": "A screen",
    "SERVICE": "Another system",
    "NOBODY": "Someone without a token",
    "COMMAND_LINE": "Someone on the server's machine",
    "SERVER": "The server",
}

# What follows the actor's name. {whom}: people. {count}: of things.
PHRASES = {
    "signIn": "signed in",
    "finishOpenIdSignIn": "signed in through the organization's provider",
    "signOut": "signed out",
    "changePassword": "changed their password",
    "revokeSession": "ended one of their sessions",
    "revokeOtherSessions": "ended all their other sessions",
    "createOrganization": "created the organization",
    "updateOrganization": "changed the organization",
    "moveOrganization": "moved an organization",
    "closeOrganization": "closed the organization and everything open in it",
    "reopenOrganization": "opened the organization again",
    "createMember": "entered {whom}",
    "updateMember": "changed {whom}",
    "moveMember": "moved {whom}",
    "mergeMembers": "merged {whom} into one person",
    "undoMerge": "separated {whom} again",
    "updateMyPrivacy": "chose how boards show their name",
    "grantRole": "gave a role to {whom}",
    "revokeRole": "ended a role of {whom}",
    "createTask": "drafted a task",
    "publishTask": "published a task",
    "closeTask": "closed a task",
    "claimTask": "claimed a task",
    "releaseClaim": "released a claim",
    "submitClaim": "submitted a claim",
    "approveClaim": "approved a claim of {whom}",
    "returnClaim": "returned a claim to {whom}",
    "rejectClaim": "rejected a claim of {whom}",
    "createCourse": "created a course of {whom}",
    "publishCourse": "published a course of {whom}",
    "archiveCourse": "archived a course of {whom}",
    "recordStudy": "reported studying a course",
    "awardPoints": "awarded or deducted points of {whom}",
    "reversePoints": "reversed an entry of {whom}",
    "correctPoints": "corrected points of {whom}",
    "createPointRule": "created a points rule",
    "changePointRule": "changed a points rule",
    "endPointRule": "ended a points rule",
    "adoptRuleSet": "created {count} points rules from a rule set",
    "recordAct": "recorded an act of {whom}",
    "recordActs": "recorded {count} acts of {whom}",
    "createServiceToken": "created a token for another system",
    "revokeServiceToken": "revoked another system's token",
    "createReward": "offered a reward",
    "updateReward": "changed a reward",
    "redeemReward": "redeemed a reward",
    "cancelRedemption": "cancelled a redemption of {whom}",
    "handOverRedemption": "handed over a reward to {whom}",
    "createStatementLink": "requested the ledger of {whom} as a file",
    "freezeLeaderboards": "froze the boards",
    "unfreezeLeaderboards": "lifted a freeze of the boards",
    "approveDisplayPairing": "paired a screen",
    "claimDisplayToken": "took the token of a paired screen",
    "updateDisplay": "changed a screen",
    "revokeDisplay": "revoked a screen",
    "createBlock": "created a block of {whom}",
    "reviseBlock": "revised a block of {whom}",
    "retireBlock": "retired a block of {whom}",
    "inspectBlock": "inspected a block",
    "Member.phone": "read the phone number of {whom}",
    "leitai create-admin": "made an operator's account, or gave it a new password",
    "leitai heads export": "exported the chain heads",
    "leitai import organizations": "imported organizations",
    "leitai import members": "imported members",
    "leitai keys rotate": "rotated the key of phone numbers",
    "leitai member export": "exported the personal data of {whom}",
    "leitai member erase": "erased {whom}",
    "leitai demo": "generated demo history",
    "leitai restored": "raised all versions after a backup was restored",
}


def sentence(
    *,
    actor: str,
    name: str | None,
    action: str,
    refused: bool,
    whom: Sequence[str],
    people: int,
    count: int,
    place: str,
) -> str:
    """name: of the member who acted. whom: display names, as many as are needed; people: how many there are. place:
    empty for none."""
    who = ACTORS.get(actor) or name or "A member"
    did = PHRASES.get(action, f"did {action}").format(whom=listed(whom, people), count=count)
    if refused:
        did = f"was rate-limited ({action}) after too many wrong passwords"
    return f"{who} {did}{f' at {place}' if place else ''}."


def listed(names: Sequence[str], people: int) -> str:
    if not people:
        return "the organization itself"
    shown = [name or SOMEBODY for name in names[:NAMED]]
    if people > len(shown):
        return f"{', '.join(shown)} and {people - len(shown)} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
