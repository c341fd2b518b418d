"""Entries are believed as the log proves them, whoever writes to the database."""

import pytest

from gateway.storage.audit_proven import Proving, with_words
from tests.gateway.audit.making import EITHER, KEYS, Log, entry, open_log_of_either
from tests.gateway.audit.sharding import by_hand, months

__all__ = ["months"]


def proven(log: Log, sequence: int) -> bool:
    found = log.database.read_now(lambda c: Proving(c, KEYS.known).proven(sequence))
    return found is not None and found.sequence == sequence


def test_entries_of_each_month_and_of_the_last_second_are_proven(months: Log) -> None:
    assert all(proven(months, number) for number in range(25))
    assert not proven(months, 25)


@pytest.mark.parametrize(
    "change",
    [
        (
            "UPDATE audit_entry SET canonical = (SELECT canonical FROM audit_entry WHERE sequence = 1), "
            "leaf = (SELECT leaf FROM audit_entry WHERE sequence = 1) WHERE sequence = {}"
        ),
        "UPDATE audit_entry SET leaf = (SELECT leaf FROM audit_entry WHERE sequence = 1) WHERE sequence = {}",
        "DELETE FROM audit_entry WHERE sequence = {}",
        "UPDATE audit_checkpoint SET note = replace(note, '— ', '— x')",
    ],
)
@pytest.mark.parametrize("number", [3, 10, 20])
def test_what_is_not_as_it_was_sealed_is_not_proven(months: Log, number: int, change: str) -> None:
    by_hand(months, change.format(number))
    assert not proven(months, number)


@pytest.mark.parametrize("number", [23, 24])
def test_what_is_not_sealed_yet_has_to_belong_together(months: Log, number: int) -> None:
    by_hand(
        months,
        f"UPDATE audit_entry SET canonical = (SELECT canonical FROM audit_entry WHERE sequence = 1), "
        f"leaf = (SELECT leaf FROM audit_entry WHERE sequence = 1) WHERE sequence = {number}",
    )
    assert not proven(months, number)


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path):  # type: ignore[no-untyped-def]
    with open_log_of_either(request, tmp_path) as made:
        yield made


def test_words_are_found_in_bytes_whatever_a_column_says(log: Log) -> None:
    log.append([entry(number, details={"incident": number}) for number in range(4)])
    by_hand(log, "UPDATE audit_entry SET code = 'x'")
    found = log.database.read_now(lambda c: with_words(c, b'"incident":2', 0, 9))
    assert [*found] == [2]
    assert not log.database.read_now(lambda c: with_words(c, b'"incident":2', 3, 9))
