import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.audit.submission import MOST_HASHES, Submission, SubmissionUnreadable, size_in

hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=MOST_HASHES).map(tuple)
NOTE = "log\n1\nroot\n\n— log AAAAAAAA\n"


@given(st.integers(0, 2**63 - 1), hashes)
def test_what_is_written_is_read(size: int, proof: tuple[bytes, ...]) -> None:
    submission = Submission(size, proof, NOTE)
    assert Submission.parse(submission.text()) == submission


@given(st.text())
@example("old 0\n\n")
@example("old 00\n\nlog\n")
@example("old -1\n\nlog\n")
@example("old 1\n\n\nlog\n")
@example("old 99999999999999999999\n\nlog\n")
@example("old ٣\n\nlog\n")
@example("old 1\nAAAA\n\nlog\n")
@example("old 1\r\n\nlog\n")
def test_what_is_read_has_one_form(text: str) -> None:
    try:
        read = Submission.parse(text)
    except SubmissionUnreadable:
        return
    assert read.text() == text


def test_a_proof_of_too_many_hashes_is_not_read() -> None:
    with pytest.raises(SubmissionUnreadable):
        Submission.parse(Submission(1, (bytes(32),) * (MOST_HASHES + 1), NOTE).text())


@pytest.mark.parametrize(
    ("text", "size"), [("17\n", 17), ("17", 17), ("", None), ("-1\n", None), ("9" * 20, None), ("1 2", None)]
)
def test_a_size_that_is_answered_is_a_number_or_none(text: str, size: int | None) -> None:
    assert size_in(text) == size
