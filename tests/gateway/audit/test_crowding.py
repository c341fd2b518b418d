import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.access import Line, access_entry
from gateway.audit.crowding import TOO_MANY, told
from gateway.audit.entry import Outcome
from gateway.audit.reasons import REASONS
from gateway.audit.spool import Piece

REASON = "too_many_from_address"


def _pieces(*lines: tuple[str, str]) -> list[Piece]:
    """Of (reason, address)."""
    made, at = [], 0
    for reason, address in lines:
        line = {"time": "2026-03-02T08:30:00Z", "status": 429, "reason": reason, "address": address}
        data = json.dumps(line).encode()
        made.append(Piece(at, data, at := at + len(data) + 1))
    return made


def test_a_flood_of_one_address_is_one_entry_with_its_number() -> None:
    pieces = _pieces(*[(REASON, "192.0.2.1")] * 700, ("page_unknown", "192.0.2.1"), (REASON, "192.0.2.2"))
    found, end = told(pieces, 250)
    assert [one.times for one in found] == [700, 1, 1]
    assert end == pieces[-1].end
    assert isinstance(found[0].item, Line)
    entry = access_entry(found[0].item, {}, found[0].times)
    assert (entry.outcome, entry.reason, entry.details["times"]) == (Outcome.REFUSED, REASON, 700)
    assert "times" not in access_entry(found[0].item, {}).details


def test_what_may_be_thrown_together_has_a_name_for_officers() -> None:
    assert all(REASONS.name(reason) is not None for reason in TOO_MANY)


@given(
    st.lists(
        st.tuples(st.sampled_from([REASON, "too_many_of_session", "", "no_role"]), st.sampled_from("abc"))
    ),
    st.integers(1, 5),
)
def test_no_line_is_told_twice_or_left_out(lines: list[tuple[str, str]], most: int) -> None:
    pieces, told_of = _pieces(*lines), 0
    while pieces:
        found, end = told(pieces, most)
        assert 1 <= len(found) <= most
        taken = [piece for piece in pieces if piece.end <= end]
        assert sum(one.times for one in found) == len(taken)
        told_of += len(taken)
        pieces = pieces[len(taken) :]
    assert told_of == len(lines)


def test_torn_lines_are_told_one_by_one() -> None:
    found, _ = told([Piece(0, b"{", 1, "the last line is torn")] * 3, 250)
    assert [one.times for one in found] == [1, 1, 1]
