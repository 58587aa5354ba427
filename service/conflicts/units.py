"""Compare doses in different units, where a fixed table says how; never guess.

Two units that stand in no group together cannot be compared, and the engine then says so.
"""

from __future__ import annotations

from functools import lru_cache

# The same unit may stand in two groups: once a week is a frequency and a number of days.
_GROUPS: tuple[dict[str, float], ...] = (
    {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "[lb_av]": 0.45359237},
    {"s": 1.0 / 60, "min": 1.0, "h": 60.0},
    {"m": 1.0, "km": 1000.0, "[mi_i]": 1609.344},
    {"1/d": 7.0, "/d": 7.0, "1/wk": 1.0, "/wk": 1.0},
    {"min/d": 1.0, "h/d": 60.0},
    {"d/wk": 1.0, "1/wk": 1.0, "/wk": 1.0},
)


def _is_score(unit: str) -> bool:
    return unit == "1" or (unit.startswith("{") and unit.endswith("}"))


@lru_cache(maxsize=1024)
def factor(unit: str, into: str) -> float | None:
    """Give what to multiply by to go from one unit into another; None when they do not compare."""
    if unit == into or (_is_score(unit) and _is_score(into)):
        return 1.0
    for group in _GROUPS:
        if unit in group and into in group:
            return group[unit] / group[into]
    return None


def above(value: float, bound: float) -> bool:
    """Say whether a value truly exceeds a bound, beyond what conversion can round."""
    return value - bound > 1e-9 * max(1.0, abs(bound))


def tidy(value: float) -> float:
    """Round a converted value to what a person would write."""
    rounded = round(value, 4)
    return float(int(rounded)) if rounded == int(rounded) else rounded


def show(value: float) -> str:
    """Write a number without a needless decimal point."""
    return f"{tidy(value):g}" if abs(value) < 1e6 else f"{value:.0f}"
