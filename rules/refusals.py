"""Expected refusals. Each name is a sentence, each instance says what a person can do about it.

Raised anywhere below schema/, mapped there to the union member of the same name. A raise rolls back.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from rules import texts


class Refusal(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(Refusal):
    pass


class NotSignedIn(NotAllowed):
    """No token came with the request. It tells nothing of what was asked for."""

    def __init__(self) -> None:
        super().__init__("You are not signed in. Sign in first, and send the token as `Authorization: Bearer …`.")


class NotFound(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong input field: where it is (path inside the input), and what would be right."""

    path: tuple[str, ...]
    message: str


class InvalidInput(Refusal):
    def __init__(self, *fields: Fault) -> None:
        super().__init__(" ".join(field.message for field in fields))
        self.fields: Sequence[Fault] = fields

    @classmethod
    def at(cls, path: str, message: str) -> "InvalidInput":
        return cls(Fault(tuple(path.split(".")), message))


@contextmanager
def wrong_at(path: str) -> Generator[None]:
    """A ValueError inside is the fault of the input there, and says so in words for people."""
    try:
        yield
    except ValueError as error:
        raise InvalidInput.at(path, str(error)) from error


class TooLargeToTell(Refusal):
    """A sum that a JSON number does not hold exactly."""

    def __init__(self) -> None:
        super().__init__("This number is beyond ±(2^53 − 1), more than a JSON number holds exactly.")


class WrongCredentials(Refusal):
    pass


class TooManyAttempts(Refusal):
    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ProviderUnavailable(Refusal):
    pass


class PairingExpired(Refusal):
    pass


class PairingPending(Refusal):
    def __init__(self, message: str, poll_seconds: int) -> None:
        super().__init__(message)
        self.poll_seconds = poll_seconds


class Contradicted(Refusal):
    """A refusal that carries the thing as it now stands."""

    def __init__(self, message: str, subject: object) -> None:
        super().__init__(message)
        self.subject = subject


class TaskNotDraft(Contradicted):
    pass


class TaskNotOpen(Contradicted):
    pass


class TaskIsFull(Contradicted):
    pass


class AlreadyClaimed(Contradicted):
    pass


class ClaimInWrongState(Contradicted):
    pass


class CourseArchived(Contradicted):
    pass


class AlreadyReversed(Contradicted):
    pass


class BlockHasChanged(Contradicted):
    pass


class OrganizationIsClosed(Contradicted):
    pass


class OrganizationIsInUse(Refusal):
    """It has active members, or children that are not closed."""

    def __init__(self, message: str, active_members: int, open_children: int) -> None:
        super().__init__(message)
        self.active_members, self.open_children = active_members, open_children


class RewardNotOpen(Contradicted):
    """Not offered, not now, or not before last month's board is FINAL."""

    def __init__(self, message: str, subject: object, opens_at: datetime | None = None) -> None:
        super().__init__(message, subject)
        self.opens_at = opens_at


class RewardIsSoldOut(Contradicted):
    pass


class NotAmongTheFirst(Refusal):
    def __init__(self, message: str, top: int, rank: int | None) -> None:
        super().__init__(message)
        self.top, self.rank = top, rank


class NotEnoughPoints(Refusal):
    def __init__(self, message: str, price: int, balance: int) -> None:
        super().__init__(message)
        self.price, self.balance = price, balance


class AlreadyRedeemed(Contradicted):
    pass


class RedemptionInWrongState(Contradicted):
    pass


class Checks:
    """Collects the faults of one input, so that a person hears of all of them at once.

    stored: what is read was written by an older release, whose letters are not judged.
    """

    def __init__(self, *, stored: bool = False) -> None:
        self.faults: list[Fault] = []
        self._stored = stored

    def that(self, holds: bool, path: str, message: str) -> None:
        if not holds:
            self.faults.append(Fault(tuple(path.split(".")), message))

    def line(self, value: str | None, path: str, *, least: int = 0, most: int) -> str:
        """A name, a title, a code, as rules.texts keeps it: of `least` to `most` characters, on one line."""
        return self._entered(value, path, least, most, one_line=True)

    def text(self, value: str | None, path: str, *, least: int = 0, most: int) -> str:
        """Words that may have several lines, as rules.texts keeps them: of `least` to `most` characters."""
        return self._entered(value, path, least, most, one_line=False)

    def _entered(self, value: str | None, path: str, least: int, most: int, *, one_line: bool) -> str:
        given = value or ""
        kept = given.strip() if self._stored else (texts.line if one_line else texts.text)(given)
        if len(kept) < least:
            self.that(
                False, path, f"{path} is missing." if least == 1 else f"{path} needs at least {least} characters."
            )
        elif len(kept) > most:
            self.that(False, path, f"{path} has {len(kept)} characters; at most {most} are allowed.")
        elif not self._stored and (wrong := texts.fault(kept, one_line=one_line)):
            self.that(False, path, f"{path} {wrong}")
        return kept

    def done(self) -> None:
        if self.faults:
            raise InvalidInput(*self.faults)
