import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit import spool
from gateway.audit.spool import Place, SpoolFile, order, pieces, plan

A, B = "access-100.log", "access-200.log"
A1, A2 = "access-100.1.log", "access-100.2.log"
LIMIT = 1000


def next_step(files: dict[str, int], *places: Place) -> spool.Step | None:
    return plan(
        [SpoolFile(name, size) for name, size in files.items()],
        {place.name: place for place in places},
        LIMIT,
    )


def test_an_empty_spool_asks_for_nothing() -> None:
    assert next_step({}) is None
    assert next_step({A: 0}) is None


def test_the_current_file_is_read_from_its_place() -> None:
    assert next_step({A: 50}) == spool.Read(Place(A), complete=False)
    assert next_step({A: 50}, Place(A, 20)) == spool.Read(Place(A, 20), complete=False)
    assert next_step({A: 50}, Place(A, 50)) is None


def test_an_older_file_is_read_to_its_end_first() -> None:
    assert next_step({B: 50, A: 50}) == spool.Read(Place(A), complete=True)
    assert next_step({B: 50, A: 50}, Place(A, 50)) == spool.Finish(Place(A, 50))


def test_a_file_is_deleted_only_when_it_is_written_down_as_finished_and_forgotten_afterwards() -> None:
    done = Place(A, 50, finished=True)
    assert next_step({B: 50, A: 50}, done) == spool.Delete(done)
    assert next_step({B: 50}, done) == spool.Forget(done)


def test_a_file_of_another_size_than_was_taken_over_is_not_deleted_whatever_its_place_says() -> None:
    done = Place(A, 20, finished=True)
    assert next_step({B: 50, A: 50}, done) == spool.Read(done, complete=True)
    assert next_step({A: 20}, done) is None, "it can grow"


def test_a_file_that_disappeared_unfinished_is_a_loss() -> None:
    assert next_step({B: 50}, Place(A, 20)) == spool.Vanished(Place(A, 20))


def test_a_file_that_shrank_is_damage() -> None:
    assert next_step({A: 10}, Place(A, 20)) == spool.Shrunk(Place(A, 20), 10)


def test_a_large_current_file_is_rotated_to_a_name_that_nobody_has() -> None:
    assert next_step({A: LIMIT + 1}) == spool.Rotate(Place(A), A1)
    assert next_step({A: LIMIT + 1, A1: 5}, Place(A1, 5, finished=True)) == spool.Delete(
        Place(A1, 5, finished=True)
    )


def test_a_rename_that_was_written_down_comes_before_everything_else() -> None:
    intent = Place(A, 20, renaming_to=A1)
    assert next_step({A: 50, B: 9}, intent) == spool.Rename(intent, A1)
    assert next_step({A1: 50}, intent) == spool.Rename(intent, A1)


def test_a_renamed_file_is_complete_once_envoy_has_opened_a_new_one() -> None:
    assert next_step({A1: 50}, Place(A1, 20)) == spool.Read(Place(A1, 20), complete=False)
    assert next_step({A1: 50, A: 0}, Place(A1, 20)) == spool.Read(Place(A1, 20), complete=True)
    assert next_step({A1: 50}, Place(A1, 50)) == spool.Reopen(A1)


def test_files_of_other_names_are_left_alone() -> None:
    assert next_step({"core": 5, "access-.log": 5, "access-1.log.gz": 9, "access-../x.log": 3}) is None


def test_files_come_in_the_order_they_were_begun() -> None:
    names = ["access-99.log", A1, A2, "access-100.10.log", A, B]
    assert sorted(names, key=order) == names


@given(lines=st.lists(st.binary(max_size=12), max_size=8), complete=st.booleans())
def test_every_byte_of_what_was_read_is_in_one_piece_or_waits(*, lines: list[bytes], complete: bool) -> None:
    data = b"\n".join(lines)
    at = 0
    for piece in pieces(data, window=10_000, complete=complete):
        assert piece.start == at
        assert data[piece.start : piece.start + len(piece.data)] == piece.data
        assert b"\n" not in piece.data
        at = piece.end
    assert at == len(data) if complete else b"\n" not in data[at:]


@pytest.mark.parametrize("complete", [True, False])
def test_a_line_longer_than_the_window_is_passed_over_as_damage(*, complete: bool) -> None:
    [piece] = pieces(b"x" * 100, window=100, complete=complete)
    assert (piece.end, piece.why) == (100, "a line is too long")


def test_a_torn_last_line_waits_while_the_file_may_grow() -> None:
    assert [piece.data for piece in pieces(b"a\nb", window=100, complete=False)] == [b"a"]
    assert list(pieces(b"a\nb", window=100, complete=True))[1].why == "the last line is torn"
