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
ALONE = COMPACT.replace(" rows(", " standing { rank points } rows(")  # one's own: nobody else may get that frame


def subscriptions(tokens: list[str], organizations: list[str], n: int) -> list[Subscription]:
    """Deal n sockets so that every board has as many, and every viewer comes with every spelling and every rate."""

    def deal(i: int) -> Subscription:
        i, place = divmod(i, len(organizations))
        board = {"organizationId": organizations[place], "subject": "MEMBER", "period": "MONTH"}
        turn, seat = divmod(i, len(tokens))
        rate = RATES[turn // len(SPELLINGS) % len(RATES)]
        document = SPELLINGS[turn % len(SPELLINGS)]
        return Subscription(tokens[seat], document, {"input": board, "rate": rate}, rate, organizations[place])

    return [deal(i) for i in range(n)]
