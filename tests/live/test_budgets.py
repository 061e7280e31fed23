"""What one address may take with documents that nobody sent before."""

import pytest

from realtime.budgets import BURST, MOST, Budget, Unaffordable


class Time:
    now = worked = 0.0


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def budget(time: Time) -> Budget:
    return Budget(0.1, clock=lambda: time.now, work=lambda: time.worked)


def works(budget: Budget, time: Time, seconds: float, address: str = "203.0.113.7") -> None:
    with budget.charged(address):
        time.worked += seconds


def test_after_the_burst_a_tenth_of_the_time_is_left(budget: Budget, time: Time) -> None:
    works(budget, time, BURST - 1)
    works(budget, time, 2)  # begun while there was something left
    with pytest.raises(Unaffordable) as refused:
        works(budget, time, 1)
    assert refused.value.wait == 10
    time.now += 9.9
    with pytest.raises(Unaffordable) as refused:
        works(budget, time, 1)
    assert refused.value.wait == 1
    time.now += 0.1
    done = 0
    for _ in range(1000):
        time.now += 1
        try:
            works(budget, time, 0.2)
        except Unaffordable:
            continue
        done += 1
    assert 500 <= done <= 502


def test_what_fails_is_paid_for_too(budget: Budget, time: Time) -> None:
    def fails() -> None:
        with budget.charged("203.0.113.7"):
            time.worked += BURST + 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with pytest.raises(Unaffordable):
        works(budget, time, 1)


@pytest.mark.parametrize("other", ["2001:db8:0:2::1", "203.0.113.7"])
def test_an_address_pays_for_itself_alone(budget: Budget, time: Time, other: str) -> None:
    works(budget, time, BURST + 1, "2001:db8:0:1::1")
    with pytest.raises(Unaffordable):  # the same customer of the same provider
        works(budget, time, 1, "2001:db8:0:1:ffff::2")
    works(budget, time, 1, other)


def test_nobody_pays_without_an_address(budget: Budget, time: Time) -> None:
    for _ in range(3):
        works(budget, time, BURST + 1, "")


def test_all_of_the_time_is_never_too_much(time: Time) -> None:
    budget = Budget(1.0, clock=lambda: time.now, work=lambda: time.worked)
    for _ in range(100):
        works(budget, time, 1)
        time.now += 1


def test_it_remembers_no_more_addresses_than_it_says(budget: Budget, time: Time) -> None:
    for number in range(MOST + 10):
        works(budget, time, 1, f"host {number}")
    assert len(budget._owed) == MOST
