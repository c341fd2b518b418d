"""How lengths of time are said, and when passwords are told to be too short."""

from datetime import timedelta

import pytest

from gateway.compliance.demand import Standing
from gateway.compliance.passwords import too_short
from gateway.compliance.wording import said

MINUTES, HOURS, DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (MINUTES, "minutu, minuty, minutě, každou minutu, every minute"),
        (2 * HOURS, "2 hodiny, 2 hodin, 2 hodinách, každé 2 hodiny, every 2 hours"),
        (15 * MINUTES, "15 minut, 15 minut, 15 minutách, každých 15 minut, every 15 minutes"),
        (DAYS, "den, dne, dni, každý den, every day"),
        (timedelta(seconds=1), "sekundu, sekundy, sekundě, každou sekundu, every second"),
    ],
)
def test_a_length_of_time_bends_as_the_sentence_wants_it(length: timedelta, told: str) -> None:
    text = said("{it}, {it:of}, {it:after}, {it:every}", "{it:every}", it=length)
    assert f"{text.cs}, {text.en}".replace("1 ", "") == told


def test_shorter_passwords_than_the_law_wants_would_be_told() -> None:
    assert list(too_short(12, 17)) == []
    assert [one.weight for one in too_short(11, 17)] == [Standing.NOT_MET]
    assert [one.weight for one in too_short(12, 16)] == [Standing.NOT_MET]
