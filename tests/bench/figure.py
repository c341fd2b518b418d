"""One figure of a benchmark, as `tests.bench` prints it and keeps it."""

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
