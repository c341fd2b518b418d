"""What is handed out of a log of several months, verified by the file that auditors get."""

import asyncio
import json
from pathlib import Path

import pytest

from gateway.audit import checkpoint_file
from gateway.audit.checkpoint import unseal
from gateway.audit.facts import microseconds
from gateway.audit.for_auditors.brana_verify import Broken, Kept, Key, verified
from gateway.audit.proof_text import proof_text
from gateway.storage.audit_checkpoints import newest_of
from gateway.storage.audit_export import Part, Sealed, Span, handed_out, parts, span_between
from gateway.storage.audit_proofs import NotInLog, prove
from tests.gateway.audit.making import NOON, SIGNER, Clock, Log, open_log
from tests.gateway.audit.sharding import months, through

__all__ = ["months"]

KEY = Key(str(SIGNER.verifier))
LAST = 23
"""Entries that are sealed."""


def sealed(note: str) -> Sealed:
    return Sealed(unseal(note, [SIGNER.verifier]), note)


def notes(log: Log) -> list[str]:
    return [one.note for one in checkpoint_file.read(log.file)]


def divided(log: Log, begin: int, end: int) -> list[Part]:
    newest = sealed(notes(log)[-1])
    return log.database.read_now(
        lambda c: parts(c, Span(begin, end), newest, lambda note: unseal(note, [SIGNER.verifier]))
    )


def hand_out(log: Log, begin: int = 0, end: int = LAST, *kept: str) -> bytes:
    given = divided(log, begin, end)
    older = [sealed(one) for one in kept]
    return log.database.read_now(lambda c: b"".join(handed_out(c, given, older)))


def read(data: bytes, folder: Path, *kept: str) -> list[tuple[str, dict[str, object]]]:
    file = folder / "given"
    file.write_bytes(data)
    roots: Kept = {}
    for one in (unseal(note, [SIGNER.verifier]) for note in kept):
        roots[one.reach] = (one.origin, one.first, one.root)
    with file.open("rb") as opened:
        return verified(opened, KEY, roots)


def broken(data: bytes, folder: Path, *kept: str) -> tuple[str, dict[str, object]]:
    with pytest.raises(Broken) as found:
        read(data, folder, *kept)
    return found.value.what, found.value.facts


@pytest.mark.parametrize(
    ("begin", "end", "spans"),
    [
        (0, LAST, [(0, 6), (7, 14), (15, 22)]),
        (3, 10, [(3, 6), (7, 9)]),
        (9, 13, [(9, 12)]),
        (16, 20, [(16, 19)]),
        (2, 5, [(2, 4)]),
        (7, 15, [(7, 14)]),
        (0, 16, [(0, 6), (7, 14), (15, 15)]),
    ],
)
def test_a_span_over_several_months_is_whole(
    months: Log, tmp_path: Path, begin: int, end: int, spans: list[tuple[int, int]]
) -> None:
    told = read(hand_out(months, begin, end), tmp_path)
    assert [(what, facts["begin"], facts["last"]) for what, facts in told] == [
        ("whole", *one) for one in spans
    ]


def test_a_span_within_the_first_tree_is_what_it_always_was(months: Log) -> None:
    head = json.loads(hand_out(months, 2, 5).splitlines()[0])
    assert head["brana_export"] == 1
    assert json.loads(hand_out(months, 2, 9).splitlines()[0])["brana_export"] == 2


def test_every_checkpoint_of_these_months_that_was_kept_is_held_against_it(
    months: Log, tmp_path: Path
) -> None:
    kept = notes(months)
    told = read(hand_out(months, 0, LAST, *kept), tmp_path, *kept)
    assert [what for what, _ in told].count("kept") == len(kept)
    told = read(hand_out(months, 9, 13, *kept), tmp_path, *kept)
    assert [what for what, _ in told].count("kept") == 3
    assert told[-1] == ("other", {"count": 6})


def test_damage_in_the_file_is_found_wherever_it_is(months: Log, tmp_path: Path) -> None:
    data = hand_out(months, 3, 18)
    lines = data.splitlines(keepends=True)
    for at in range(len(lines)):
        for wrong in (
            [*lines[:at], *lines[at + 1 :]],
            [*lines[:at], lines[at].replace(b"A", b"B", 1).replace(b"1", b"2", 1), *lines[at + 1 :]],
            [*lines[:at], lines[at], lines[at], *lines[at + 1 :]],
        ):
            if b"".join(wrong) != data and b'"note"' not in lines[at]:
                broken(b"".join(wrong), tmp_path)
    for length in range(0, len(data), 173):
        broken(data[:length], tmp_path)


def test_a_month_cut_out_of_the_file_is_found(months: Log, tmp_path: Path) -> None:
    heads = [part.span for part in divided(months, 0, LAST)]
    lines = hand_out(months).splitlines(keepends=True)
    starts = [at for at, line in enumerate(lines) if b"brana_export" in line]
    assert (len(heads), len(starts)) == (3, 3)
    assert broken(b"".join([*lines[: starts[1]], *lines[starts[2] :]]), tmp_path)[0] == "format"
    swapped = [*lines[: starts[0]], *lines[starts[1] : starts[2]], *lines[starts[0] : starts[1]]]
    assert broken(b"".join(swapped), tmp_path)[0] == "format"


def test_a_month_behind_another_tree_than_the_one_before_is_found(months: Log, tmp_path: Path) -> None:
    """Both are signed, and do not belong together: somebody with the key wrote one of them anew."""
    (tmp_path / "other").mkdir()
    with open_log(tmp_path / "other", Clock(NOON.replace(minute=1))) as other:
        asyncio.run(through(other))
        may, rest = (tree_of(hand_out(one)) for one in (other, months))
    assert broken(b"".join([may[0], *rest[1:]]), tmp_path)[0] in ("time", "chain")
    assert broken(b"".join([rest[0], *may[1:]]), tmp_path) == ("chain", {"at": 7})


def tree_of(data: bytes) -> list[bytes]:
    """The parts of an export."""
    head = b'{"brana_export"'
    return [head + part for part in data.split(head)[1:]]


def test_a_log_that_went_back_over_a_month_is_found_by_a_checkpoint_kept_elsewhere(
    months: Log, tmp_path: Path
) -> None:
    kept = notes(months)
    given = [Part(Span(7, 12), sealed(kept[4]))]  # as the log would give it that knows June until entry 11
    data = months.database.read_now(lambda c: b"".join(handed_out(c, given)))
    assert read(data, tmp_path)[0][0] == "whole"
    assert broken(data, tmp_path, kept[-1])[0] == "rolled"
    assert broken(data, tmp_path, kept[5])[0] == "rolled"


@pytest.mark.parametrize("sequence", [0, 6, 7, 10, 14, 15, 22])
def test_an_entry_of_any_month_is_proven_in_its_tree(months: Log, tmp_path: Path, sequence: int) -> None:
    end = next(end for end in (7, 15, LAST) if sequence < end)
    row = months.database.read_now(lambda c: newest_of(c, end))
    assert row is not None
    under = sealed(row.note)
    proof = months.database.read_now(lambda c: prove(c, sequence, under.checkpoint))
    index = sequence - under.checkpoint.first
    given = proof_text(proof.canonical, index, proof.path, under.note).encode()
    [(what, facts)] = read(given, tmp_path)
    assert (what, facts["index"]) == ("one", sequence)
    for wrong in (index + 1, index - 1):
        assert broken(proof_text(proof.canonical, wrong, proof.path, under.note).encode(), tmp_path)[0] in (
            "proof",
            "format",
        )
    with pytest.raises(NotInLog):
        months.database.read_now(lambda c: prove(c, end, under.checkpoint))


def test_a_span_is_chosen_by_time_over_the_months(months: Log) -> None:
    june = microseconds(NOON.replace(month=6, day=1))
    july = microseconds(NOON.replace(month=7, day=1))
    assert months.database.read_now(lambda c: span_between(c, june, july, LAST)) == Span(6, 16)
