"""What the subscribers ask for: one selection in three spellings, at three rates."""

from crowd import Subscription

RATES = (20.0, 10.0, 5.0)

PRETTY = """
subscription Board($input: LeaderboardInput!, $rate: Float!) {
  leaderboardUpdated(input: $input, maxPerSecond: $rate) {
    id
    version
    asOf
    size
    state
    period {
      kind
      startsAt
      endsAt
    }
    rows(first: 10) {
      id
      rank
      previousRank
      score
      points
      reachedAt
      subject {
        ... on Member {
          id
          displayName
          organization {
            id
            name
          }
        }
      }
    }
  }
}
"""
COMPACT = " ".join(PRETTY.split())
COMMENTED = PRETTY.replace("\n", ",\r\n\t# the same board, spelled otherwise\r\n").strip(", \r\n\t")
SPELLINGS = (PRETTY, COMPACT, COMMENTED)


def subscriptions(tokens: list[str], organization_id: str, n: int) -> list[Subscription]:
    """Deal n sockets so that every viewer comes with every spelling and every rate."""
    board = {"organizationId": organization_id, "subject": "MEMBER", "period": "MONTH"}

    def deal(i: int) -> Subscription:
        turn, seat = divmod(i, len(tokens))
        rate = RATES[turn // len(SPELLINGS) % len(RATES)]
        document = SPELLINGS[turn % len(SPELLINGS)]
        return Subscription(tokens[seat], document, {"input": board, "rate": rate}, rate)

    return [deal(i) for i in range(n)]
