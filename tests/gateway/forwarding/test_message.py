"""What goes over the wire of one entry: nothing that a stranger chose can end a message or begin another."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Outcome
from gateway.forwarding.message import BOM, Wanted, framed, syslog_message
from tests.gateway.audit.making import NOON, entries, entry, printable

ORIGIN = "brana.example"
HEADER = re.compile(
    rb'<\d{1,3}>1 \S+Z \S+ brana - \S{1,32} \[brana@32473( \w+="(?:[^"\\\]]|\\["\\\]])*")+\] ', re.DOTALL
)


def frames(data: bytes) -> list[bytes]:
    """As a receiver reads them."""
    found = []
    while data:
        length, _, rest = data.partition(b" ")
        found.append(rest[: int(length)])
        data = rest[int(length) :]
    return found


def test_a_message_says_when_what_and_with_which_number():
    item = Recorded(
        41, NOON, entry(code=Code.DECISION_REFUSE, outcome=Outcome.REFUSED, person="novák", reason="no_role")
    )
    said = syslog_message(item, ORIGIN, b"x").decode()
    assert said == (
        "<108>1 2026-05-04T12:00:00.000000Z brana.example brana - decision.refuse "
        '[brana@32473 sequence="41" code="decision.refuse" outcome="refused" requestId="request-0" '
        'person="novák" reason="no_role"] x'
    )


@given(st.lists(entries(st.text(max_size=8)), max_size=4), st.sampled_from(["ocsf", "json", "sentence"]))
def test_no_value_breaks_a_frame_or_its_structured_data(items: list[object], form: str):
    wanted = Wanted(form=form, origin=ORIGIN)
    sent = [wanted.syslog(Recorded(number, NOON, one)) for number, one in enumerate(items)]
    read = frames(b"".join(sent))
    assert len(read) == len(items)
    for one in read:
        assert HEADER.match(one)
        assert not set(range(32)) & set(one)


def test_line_breaks_and_escapes_of_a_terminal_are_marked():
    item = Recorded(1, NOON, entry(person='a"]\r\n<13>1 forged\x1b[2J'))
    (read,) = frames(Wanted(form="sentence", origin=ORIGIN).syslog(item) or b"")
    assert rb"a\"\]" in read
    assert b"\n" not in read
    assert b"\x1b" not in read


def test_text_that_is_not_ascii_is_told_as_utf_8_and_json_is_ascii():
    item = Recorded(1, NOON, entry(code=Code.SIGN_OUT, person="novák"))
    sentence = Wanted(form="sentence", origin=ORIGIN, language=Language.CZECH).body(item)
    assert sentence == BOM + "Odhlášení: novák".encode()
    told = Wanted(form="ocsf", origin=ORIGIN).body(item)
    assert told.isascii()
    assert json.loads(told)["user"]["name"] == "novák"


@pytest.mark.parametrize(
    ("only", "gets"),
    [([], True), (["sign_in"], True), (["sign_in.signed_out"], True), (["sign"], False), (["alert"], False)],
)
def test_a_receiver_gets_what_it_is_narrowed_to(only: list[str], gets: bool):
    item = Recorded(1, NOON, entry(code=Code.SIGN_OUT))
    assert (Wanted(form="json", origin=ORIGIN, only=only).line(item) is not None) is gets


def test_that_entries_are_missing_every_receiver_is_told():
    item = Recorded(1, NOON, entry(code=Code.RECEIVER_MISSED))
    assert Wanted(form="json", origin=ORIGIN, only=["alert"]).line(item)


@given(st.lists(st.binary(max_size=40)))
def test_frames_are_read_as_they_were_made(messages: list[bytes]):
    assert frames(b"".join(map(framed, messages))) == messages


@given(printable)
def test_a_line_is_one_line(text: str):
    line = Wanted(form="ocsf", origin=ORIGIN).line(Recorded(1, NOON, entry(person=text)))
    assert line
    assert line.count(b"\n") == 1
