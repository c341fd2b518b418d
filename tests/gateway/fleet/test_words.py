"""What nodes tell each other is understood by the version before and by the one behind (decision 77)."""

from datetime import UTC, datetime

import msgspec
import pytest

from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.spool import Place
from gateway.fleet import words

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
ENTRY = Entry(code=Code.ACCESS, outcome=Outcome.SUCCESS, at=AT)
WORDS = (
    words.Known(version="v", revoked=["a.1"], epoch="e", keys={"grants": {}}, left=["d"]),
    words.Had(version="v", applications="d", release="0.1.0", lacks=("x",), answered=3),
    words.Places(places={"a": Place("a")}),
    words.Moved(before=Place("a"), after=None, entries=[ENTRY], seen={"s": AT}, apart=True),
    words.Told(entries=[ENTRY]),
    words.Ids(ids=["i"]),
    words.Request(request="r", code="c", node="n", role="edge"),
    words.Certificate(certificate="c", authority="a", node="n", role="edge"),
)
FIRST = {
    "Known": {"version", "revoked", "epoch", "keys", "left"},
    "Had": {"version", "applications"},
    "Places": {"places"},
    "Moved": {"before", "after", "entries", "seen", "apart"},
    "Told": {"entries"},
    "Ids": {"ids"},
    "Request": {"request", "code", "node", "role"},
    "Certificate": {"certificate", "authority", "node", "role"},
}
"""Fields of the first version that works beside another. What came since is not sent by the version before."""


@pytest.mark.parametrize("said", WORDS, ids=lambda one: type(one).__name__)
def test_what_a_newer_version_says_besides_is_not_looked_at(said: msgspec.Struct) -> None:
    newer = msgspec.json.encode(msgspec.to_builtins(said) | {"of_tomorrow": {"a": [1]}})
    assert msgspec.json.decode(newer, type=type(said)) == said


@pytest.mark.parametrize("said", WORDS, ids=lambda one: type(one).__name__)
def test_what_an_older_version_says_is_understood_and_whatever_it_needs_is_said(said: msgspec.Struct) -> None:
    sent = msgspec.json.decode(msgspec.json.encode(said))
    first = FIRST[type(said).__name__]
    assert first <= sent.keys()
    msgspec.json.decode(msgspec.json.encode({name: sent[name] for name in first}), type=type(said))
