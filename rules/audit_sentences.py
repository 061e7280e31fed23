"""An entry of the audit log as a sentence, made of names that its reader may see."""

from collections.abc import Sequence

NAMED = 3  # people of one sentence
SOMEBODY = "a member"  # whose name is erased

ACTORS = {
    "OPERATOR": "The operator",
    "DISPLAY": "A screen",
    "SERVICE": "Another system",
    "NOBODY": "Somebody without a token",
    "COMMAND_LINE": "Somebody on the server's machine",
    "SERVER": "The server",
}

# What follows the actor's name. {whom}: people. {count}: of things.
PHRASES = {
    "signIn": "signed in",
    "finishOpenIdSignIn": "signed in through the organization's provider",
    "signOut": "signed out",
    "changePassword": "changed the own password",
    "revokeSession": "ended one of the own sessions",
    "revokeOtherSessions": "ended all other sessions of the own",
    "createOrganization": "created the organization",
    "updateOrganization": "changed the organization",
    "moveOrganization": "moved an organization",
    "closeOrganization": "closed the organization, and ended what went on there",
    "reopenOrganization": "opened the organization again",
    "createMember": "entered {whom}",
    "updateMember": "changed {whom}",
    "moveMember": "moved {whom}",
    "mergeMembers": "joined {whom} as one person",
    "undoMerge": "took {whom} apart again",
    "updateMyPrivacy": "chose how boards show the own name",
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
    "createCourse": "offered a course of {whom}",
    "publishCourse": "published a course of {whom}",
    "archiveCourse": "archived a course of {whom}",
    "recordStudy": "heard a course",
    "awardPoints": "gave or deducted points of {whom}",
    "reversePoints": "took back an entry of {whom}",
    "correctPoints": "corrected points of {whom}",
    "createPointRule": "set a rule of points",
    "changePointRule": "changed a rule of points",
    "endPointRule": "ended a rule of points",
    "adoptRuleSet": "set {count} rules of points from a set",
    "recordAct": "recorded an act of {whom}",
    "recordActs": "recorded {count} acts of {whom}",
    "createServiceToken": "made a token for another system",
    "revokeServiceToken": "revoked another system's token",
    "createReward": "offered a reward",
    "updateReward": "changed a reward",
    "redeemReward": "redeemed a reward",
    "cancelRedemption": "cancelled a redemption of {whom}",
    "handOverRedemption": "handed a reward over to {whom}",
    "createStatementLink": "asked for the ledger of {whom} as a file",
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
    "Member.phone": "looked at the phone number of {whom}",
    "leitai create-admin": "made an operator's account, or gave it a new password",
    "leitai heads export": "exported the heads of chains",
    "leitai import organizations": "imported organizations",
    "leitai import members": "imported members",
    "leitai keys rotate": "took a new key for phone numbers",
    "leitai member export": "handed out what is kept about {whom}",
    "leitai member erase": "erased {whom}",
    "leitai demo": "made up a past",
    "leitai restored": "lifted all counts after a backup was put back",
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
        did = f"was not heard any more ({action}): too many wrong passwords"
    return f"{who} {did}{f' at {place}' if place else ''}."


def listed(names: Sequence[str], people: int) -> str:
    if not people:
        return "the organization itself"
    shown = [name or SOMEBODY for name in names[:NAMED]]
    if people > len(shown):
        return f"{', '.join(shown)} and {people - len(shown)} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
