"""One figure of a benchmark, as `tests.bench` prints it and keeps it."""

import statistics
from collections.abc import Sequence
from typing import Any

MIB = 2**20


def figure(
    value: float,
    unit: str,
    baseline: str | float,
    bar: float,
    *,
    least: bool = False,
    digits: int = 2,
) -> dict[str, Any]:
    """`bar`: the most that the value may be, or with `least` the least; `digits`: to show behind the point."""
    holds = value >= bar if least else value <= bar
    return {"value": round(value, digits), "unit": unit, "baseline": baseline, "bar": bar, "holds": holds}


def told(value: float, unit: str, baseline: str, *, digits: int = 2) -> dict[str, Any]:
    """What is measured and held to no bar."""
    return {"value": round(value, digits), "unit": unit, "baseline": baseline, "bar": None, "holds": True}


def p99(seconds: Sequence[float], baseline: str, bar: float) -> dict[str, Any]:
    """In milliseconds; `bar` too. A hundred samples at the least, or it would be the slowest."""
    each = sorted(one * 1000 for one in seconds)
    return figure(each[int(len(each) * 0.99)], "ms", _said(each, f"{baseline}; p99 of"), bar, digits=1)


def slowest(seconds: Sequence[float], baseline: str, bar: float) -> dict[str, Any]:
    """In milliseconds; `bar` too. Of fewer samples than a percentile takes."""
    each = [one * 1000 for one in seconds]
    return figure(max(each), "ms", _said(each, f"{baseline}; slowest of"), bar, digits=1)


def _said(each: Sequence[float], before: str) -> str:
    return f"{before} {len(each)}, median {statistics.median(each):.1f} ms"


def fresh_answer(seconds: Sequence[float]) -> str:
    """The baseline of what is re-evaluated: answers that a grant gives."""
    return f"{statistics.median(seconds) * 1000:.2f} ms for a fresh answer"
