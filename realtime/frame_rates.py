"""How often a subscriber wants frames: one of nine rates, so that subscribers share their rhythm."""

RATES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)  # per second


def rounded(wanted: float | None, default: float) -> float:
    """The nearest rate that is not faster than wanted; the slowest for less than that."""
    value = default if wanted is None else wanted
    return max((rate for rate in RATES if rate <= value), default=RATES[0])
