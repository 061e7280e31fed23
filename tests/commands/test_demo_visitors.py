"""What visitors of the demo find: something to claim, however long its people have lived; and an answer, from any page
of this machine and, where it was asked for, of the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from app.demo.life import CLAIM, CREATE, LEFT, OFFERED, Actor, Life, takeable
from app.demo.network import addresses, names
from app.demo.start import logins, reach
from app.expected import CommandFailed
from app.settings import Settings
from app.web.guard import Hosts
from app.web.origins import Origins

FEW = 3  # claimable tasks that every printed login finds
ACTS = 6_000  # as many as an hour and a half of the demo


@dataclass
class Task:
    id: str
    branch: str  # empty: the committee's, for everybody
    capacity: int | None
    holders: set[str] = field(default_factory=set[str])

    def claimable(self, login: str) -> bool:
        place = login.split("-")[1] if "-" in login else ""
        full = self.capacity is not None and len(self.holders) >= self.capacity
        return self.branch in ("", place) and login not in self.holders and not full


class Company:
    """A company of tasks and nothing else, which answers as the API does."""

    def __init__(self) -> None:
        capacities = (None, 1, 2, 5, 20)
        places = ["", *(str(number) for number in range(1, 10))]
        self.made = 0
        self.tasks = [Task(f"{place}.{n}", place, capacities[n % 5]) for place in places for n in range(6)]

    def of(self, login: str) -> list[Task]:
        return [one for one in self.tasks if one.claimable(login)]


class Asked:
    """One person's API."""

    token = "good"

    def __init__(self, company: Company, login: str) -> None:
        self._company, self._login = company, login

    async def ask(self, query: str, **given: Any) -> dict[str, Any]:
        if query == OFFERED:
            nodes = [
                {"id": one.id, "capacity": one.capacity, "claimedCount": len(one.holders)}
                for one in self._company.of(self._login)[: given["first"]]
            ]
            none: dict[str, Any] = {"edges": []}
            offered = {"edges": [{"node": one} for one in nodes]}
            return {"viewer": {"claimableTasks": offered, "claimed": none, "returned": none}}
        if query == CLAIM:
            task = next(one for one in self._company.tasks if one.id == given["task"])
            assert task.claimable(self._login)
            task.holders.add(self._login)
        if query == CREATE:
            place = self._login.split("-")[1] if "-" in self._login else ""
            self._company.made += 1
            made = Task(f"made {self._company.made}", place, None)
            self._company.tasks.append(made)
            return {"done": {"__typename": "CreateTaskSuccess", "task": {"id": made.id}}}
        members = {"edges": [{"node": {"id": "m"}}], "pageInfo": {"hasNextPage": False, "endCursor": None}}
        return {
            "done": {"__typename": "Success"},
            "organization": {"members": members, "claims": None},
            "courses": None,
        }


def role(login: str) -> str:
    return {"secretary": "SECRETARY", "reviewer": "REVIEWER"}.get(login.split("-")[0], "MEMBER")


async def test_every_login_finds_something_to_claim_however_long_the_demo_lives() -> None:
    company, chance = Company(), Random("visitors")
    people = [login for login, _ in logins()]
    life = Life("http://127.0.0.1:8000", logins(), lambda _: 1.0, chance)
    actors = [Actor(one, "", Asked(company, one), role(one), "at") for one in people]  # pyright: ignore[reportArgumentType]
    for number in range(ACTS):
        actor = chance.choice(actors)
        await life._something(actor)
        actor.submits.clear()  # handed in at once: nobody is ever too busy to claim
        if number % 500 == 0:
            company.tasks.pop(chance.randrange(len(company.tasks)))  # what is due ends
            assert min(len(company.of(one)) for one in people) >= FEW, number
    assert life.done["claim"] > ACTS / 20, "and it goes on"
    assert life.done["create"] > 10
    assert min(len(company.of(one)) for one in people) >= FEW


def test_nobody_takes_the_last_slot_or_the_last_few_tasks() -> None:
    free = {"id": "a", "capacity": None, "claimedCount": 90}
    last = {"id": "b", "capacity": 5, "claimedCount": 4}
    roomy = {"id": "c", "capacity": 5, "claimedCount": 3}
    assert takeable([free, last, roomy, *([last] * LEFT)]) == ["a", "c"]
    assert takeable([free] * LEFT) == []


# ---------------------------------------------------------------- who is answered


def settings(**given: Any) -> Settings:
    return Settings.model_validate(given)


def test_the_demo_answers_pages_of_this_machine() -> None:
    host, address, own = reach(settings(), "127.0.0.1", 8000)
    assert (host, address) == ("127.0.0.1", "http://127.0.0.1:8000")
    origins = Origins.of(settings().model_copy(update=own))
    assert origins.have("http://localhost:5173")
    assert not origins.have("http://192.168.1.20:5173")


def test_the_local_network_is_answered_where_it_was_asked_for() -> None:
    here = ["192.168.1.20", "10.8.0.2"]
    host, address, own = reach(settings(), "127.0.0.1", 8123, here)
    assert (host, address) == ("0.0.0.0", "http://192.168.1.20:8123")
    served = settings().model_copy(update=own)
    hosts = Hosts(served.allowed_hosts)
    for name, known in (*((one, True) for one in (*here, *names())), ("evil.example", False), ("192.168.1.21", False)):
        assert hosts.have({"headers": [(b"host", f"{name}:8123".encode())]}) is known, name
    assert Origins.of(served).have("http://192.168.1.20:5173")
    assert not Origins.of(served).have("http://evil.example:5173")


def test_without_a_network_it_says_so() -> None:
    with pytest.raises(CommandFailed, match="in no network"):
        reach(settings(), "127.0.0.1", 8000, [])
    assert all(not one.startswith("127.") for one in addresses())
