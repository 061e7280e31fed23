"""The product on a town: a hundred boards, or a thousand viewers whose operation can't be shared."""

from contenders import Contender
from crowd import Subscription
from documents import ALONE, RATES, subscriptions
from product import Product, watching

VIEWERS = 18


class OnTown(Contender):
    """Loads and executions are its own count; a change is an award to a member of the board's branch."""

    name = "Leitai"

    def __init__(self, *, branches: int, members: int) -> None:
        super().__init__()
        self.boards = branches
        self._size = {"branches": branches, "members": members}

    def start(self) -> str:
        self._product = Product(branches=self._size["branches"], members=self._size["members"])
        self._product.__enter__()
        return self._product.url

    def stop(self) -> None:
        self._product.__exit__(None, None, None)

    def cpu_seconds(self) -> float:
        return self._product.cpu_seconds

    def board(self, i: int) -> str:
        return self._product.town.branches[i % self.boards]

    def change(self, i: int) -> None:
        them = self._product.town.members[i % self.boards]
        self._product.award(them[i // self.boards % len(them)])

    def version(self, i: int) -> int:
        query = "query ($input: LeaderboardInput!) { leaderboard(input: $input) { version } }"
        asked = {"organizationId": self.board(i), "subject": "MEMBER", "period": "MONTH"}
        return int(self._product.ask(query, {"input": asked}, self._product.town.secretary)["leaderboard"]["version"])

    def counters(self) -> dict[str, int]:
        said = self._product.metrics()
        return {"loads": said["board_loads_total"], "executions": said["executions_total"]}


class Boards(OnTown):
    """Every board has the same number of subscribers, in every spelling and at every rate."""

    def subscriptions(self, n: int) -> list[Subscription]:
        return subscriptions(self._product.town.everyone[:VIEWERS], self._product.town.branches, n)


class Alone(OnTown):
    """Each viewer asks for its own standing too, so that nothing is shared but the load."""

    shares = False

    def __init__(self, viewers: int) -> None:
        super().__init__(branches=1, members=viewers)

    def subscriptions(self, n: int) -> list[Subscription]:
        [branch], tokens = self._product.town.branches, self._product.town.everyone
        return [watching(tokens[i], branch, ALONE, RATES[i % len(RATES)]) for i in range(n)]
