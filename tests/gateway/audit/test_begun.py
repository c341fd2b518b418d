from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import SessionId
from gateway.audit import begun
from gateway.audit.access import Holder
from gateway.audit.canonical import Recorded, canonical, parse
from gateway.audit.entry import Code, Outcome
from gateway.audit.reasons import REASONS
from tests.gateway.audit.making import NOON

LINE = "+ 1777896000 5d3cbe6b-0d7f-4c15-93d6-cf2b8ab0d2ad sid.3 588296 records - read GET /spis/1 $"
HOLDERS = {SessionId("sid"): Holder("subject-1", "novak", "588300")}

words = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1, max_size=8)
paths = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=12)
made = st.builds(
    lambda at, id_, rest, path: f"+ {at} {id_} {' '.join(rest)} {path} $",
    st.integers(0, 10**11),
    words,
    st.lists(words, min_size=6, max_size=6),
    paths,
)


def test_a_line_of_the_gate_says_who_was_let_in_where_and_for_what() -> None:
    (one,) = begun.lines(f"\n{LINE}\n".encode()).values()
    assert one.request_id == "5d3cbe6b-0d7f-4c15-93d6-cf2b8ab0d2ad"
    assert (one.session, one.revocation_id, one.municipality) == ("sid", "sid.3", "588296")
    assert (one.application, one.action, one.method, one.path) == ("records", "read", "GET", "/spis/1")
    assert one.at == datetime(2026, 5, 4, 12, tzinfo=UTC)


@given(st.lists(made, max_size=4))
def test_what_is_kept_reads_as_it_was_written(texts: list[str]) -> None:
    found = begun.lines("\n".join(texts).encode())
    assert len(found) == len({text.split(" ")[2] for text in texts})
    assert begun.lines(begun.packed(found)) == found


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_reading(data: bytes) -> None:
    """Whatever is read is a whole line, and can be kept and told."""
    for one in begun.lines(b"\n" + data + b"\n").values():
        assert one.text.startswith("+ ")
        assert one.text.endswith(" $")
        entry = begun.cut_off(one, {})
        assert parse(canonical(Recorded(0, NOON, entry))).entry == entry


@given(st.integers(1, len(LINE) - 1))
def test_a_torn_line_was_never_let_in_and_does_not_spoil_the_next(length: int) -> None:
    """A write that stopped in the middle told the gate so, and the next line begins with a line feed."""
    found = begun.lines(f"\n{LINE[:length]}\n{LINE.replace('5d3c', 'beef')}\n".encode())
    assert list(found) == ["beefbe6b-0d7f-4c15-93d6-cf2b8ab0d2ad"]


def test_a_request_that_was_cut_off_is_an_entry_with_its_person_and_reason() -> None:
    (one,) = begun.lines(LINE.encode()).values()
    entry = begun.cut_off(one, HOLDERS)
    assert (entry.code, entry.outcome, entry.reason) == (
        Code.ACCESS_CUT_OFF,
        Outcome.FAILURE,
        "answer_unknown",
    )
    assert (entry.subject, entry.person, entry.own_municipality) == ("subject-1", "novak", "588300")
    assert (entry.application, entry.municipality, entry.action) == ("records", "588296", "read")
    assert entry.details == {"method": "GET", "path": "/spis/1", "generation": "3"}
    assert begun.cut_off(one, {}).session == "sid"
    (resting,) = begun.lines(LINE.replace("sid.3", "sid.3=g1=p7=clerks-read").encode()).values()
    told = begun.cut_off(resting, HOLDERS)
    assert (told.rule, told.policy_version, told.details["grant"]) == ("clerks-read", "p7", "g1")
    assert (told.session, told.person, told.details["generation"]) == ("sid", "novak", "3")
    (named,) = begun.lines(LINE.replace(" read ", " read@reports ").encode()).values()
    told = begun.cut_off(named, HOLDERS)
    assert (told.action, told.details["route"]) == ("read", "reports")
    assert REASONS.name(entry.reason) is not None


def test_only_the_gates_files_are_files_of_the_gate() -> None:
    assert begun.file_of(begun.current("20260504T120000Z")) == begun.BegunFile(
        "begun-20260504T120000Z.log", "20260504T120000Z", ""
    )
    assert begun.file_of("begun-a.12.log") == begun.BegunFile("begun-a.12.log", "a", "12")
    assert begun.file_of(begun.kept("a")) == begun.BegunFile("begun-a.kept.log", "a", "kept")
    buffer = begun.BegunFile("begun-a.7f41f0a8c0.map", "a", begun.BUFFER)
    assert begun.file_of(buffer.name) == buffer
    for name in (
        "begun-a.map",
        "begun-a.b.c.map",
        "access-a.log",
        "begun-.log",
        ".begun-a.kept.log",
        "begun-a.log.bak",
        "current.log",
    ):
        assert begun.file_of(name) is None
