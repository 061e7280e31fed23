"""How far the next ranks are, and what orders those who are equal."""

from dataclasses import dataclass

import pytest

from rules.explanations import Neighbour, TieRule, Ties, above, below, sentence, ties

EARLIER, SMALLER = TieRule.REACHED_EARLIER, TieRule.SMALLER_ID


@dataclass(frozen=True)
class Row:
    rank: int
    points: int
    reached: int


# 30, then three with 20 of whom two in the same second, then 5.
BOARD = [Row(1, 30, 9), Row(2, 20, 100), Row(2, 20, 200), Row(2, 20, 200), Row(5, 5, 3)]


def test_the_distance_is_to_the_nearest_other_rank_past_all_equals() -> None:
    assert [above(BOARD, index) for index in range(5)] == [None, *[Neighbour(1, 30, 10)] * 3, Neighbour(2, 20, 15)]
    assert [below(BOARD, index) for index in range(5)] == [Neighbour(2, 20, 10), *[Neighbour(5, 5, 15)] * 3, None]


def test_equals_stand_by_the_second_in_which_they_reached_it_then_by_id() -> None:
    assert [ties(BOARD, index) for index in range(5)] == [
        Ties(1, 1, None, None),
        Ties(3, 1, None, EARLIER),
        Ties(3, 2, EARLIER, SMALLER),
        Ties(3, 3, SMALLER, None),
        Ties(1, 1, None, None),
    ]


@pytest.mark.parametrize(
    ("index", "said"),
    [
        (0, "Nobody else has 30 points."),
        (1, "3 have 20 points and share rank 2; this one, who reached them at 1970-01-01 00:01:40 UTC, is named at "
            "place 1 of them: the one after reached them later."),
        (2, "3 have 20 points and share rank 2; this one, who reached them at 1970-01-01 00:03:20 UTC, is named at "
            "place 2 of them: the one before reached them earlier, the one after has the larger id."),
        (3, "3 have 20 points and share rank 2; this one, who reached them at 1970-01-01 00:03:20 UTC, is named at "
            "place 3 of them: the one before has the smaller id."),
    ],
)  # fmt: skip
def test_the_sentence_says_it_for_people(index: int, said: str) -> None:
    assert sentence(BOARD[index], ties(BOARD, index)) == said
