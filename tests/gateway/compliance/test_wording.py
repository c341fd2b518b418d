"""Lengths of time bend as Czech sentences want them."""

from datetime import timedelta

import pytest

from gateway.compliance.wording import said

HOURS, DAYS, MINUTES = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


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
