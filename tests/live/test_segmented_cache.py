"""What is kept: what was asked for again outlives whatever is asked for once."""

import random

from realtime.segmented_cache import Kept


def test_a_flood_of_what_is_asked_for_once_pushes_out_nothing_else() -> None:
    kept: Kept[str, int] = Kept(100, 1_000)
    for number in range(20):
        kept.put(f"screen {number}", number, 10)
        assert kept.get(f"screen {number}") == number
    for number in range(10_000):
        kept.put(f"flood {number}", number, 30)
    assert [kept.get(f"screen {number}") for number in range(20)] == list(range(20))
    assert kept.get("flood 0") is None
    assert kept.get("flood 9999") == 9999


def test_it_keeps_to_its_number_and_weight_and_the_newest() -> None:
    rng, kept = random.Random(7), Kept[int, int](50, 1_000)
    for _ in range(20_000):
        key = rng.randrange(200)
        found = kept.get(key)
        assert found in (None, key)
        if found is None:
            kept.put(key, key, rng.randrange(1, 200))
            assert kept.get(key) == key
        assert 1 <= len(kept) <= 50
        queues = (kept._once, kept._again)
        assert sum(one.weight for one in queues) <= 1_000
        assert all(one.weight == sum(weight for _, weight in one.found.values()) for one in queues)


def test_what_was_asked_for_again_makes_room_for_what_is_now() -> None:
    kept: Kept[int, int] = Kept(100, 1_000)
    for number in range(1_000):
        kept.put(number, number, 10)
        kept.get(number)
    assert len(kept) <= 100
    assert [kept.get(number) for number in range(950, 1_000)] == list(range(950, 1_000))
    assert kept.get(0) is None
