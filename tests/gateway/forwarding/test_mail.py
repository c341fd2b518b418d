"""Mails of the log: whatever a stranger wrote is text of one mail, and keeps no later entry from the receiver."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import Smtp
from config.vocabulary import Language
from gateway.audit.canonical import Recorded, parse
from gateway.audit.entry import Code, Entry, Outcome
from gateway.forwarding.forwarder import Forwarder, NotTaken
from gateway.forwarding.mail import Mail
from gateway.forwarding.message import Wanted
from gateway.notices.delivery import NotDelivered, Undelivered
from gateway.notices.mail import MailServer as Server
from gateway.notices.mail_head import HeadNotAsMeant, assured
from gateway.storage.forwarding import StoredReceivers
from gateway.storage.tables.audit import audit_entry
from tests.gateway.audit.making import EITHER, KEYS, NOON, Log, entry, open_log_of_either
from tests.gateway.audit.rotating import SEAL
from tests.rig.mail import MailServer, mail_server

INJECTED = "x =?utf-8?q?=0D=0AX-Evil:_1=0D=0A=0D=0Aok?= y"
POISON = [
    INJECTED,
    *("=?utf-8?b?////?=", "á=?utf-8?b?////?=á", "=?utf-8?q?" + "=ff" * 15 + "?=", "=?us-ascii?q?=ff=c3?=á"),
    *("=?utf-7?q?+2AA-?=", "=?unicode_escape?q?=5Cud800?=", "=?utf-16?q?=00=D8?=", "=?undefined?q?a?="),
    *(
        "=?a\\b?q?a?=",
        "==?utf-8?q?=0D=0AX-Evil:_1?=",
        "=?=?utf-8?q?=0AX?==?=",
        "é" * 200 + "=?utf-8?b?////?=",
    ),
]
ORIGIN = Wanted(form="sentence", origin="brana.example")
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]


def emergency(why: str) -> Entry:
    return entry(
        code=Code.EMERGENCY_BEGUN, person="novak", application="records", details={"why": why, "until": "x"}
    )


def alert(login: str) -> Entry:
    told = {"alert": "x", "alert_rule": "emergency_access", "number": 1, "threshold": 1, "alert_of": login}
    return entry(code=Code.ALERT_RAISED, outcome=Outcome.FAILURE, details=told)


@dataclass
class Box:
    """A mail server; `refuses`: a text that its filter never takes."""

    got: list[EmailMessage] = field(default_factory=list)
    refuses: str = "\0"
    away: bool = False

    async def deliver(self, message: EmailMessage) -> None:
        if self.away or self.refuses in message.get_content():
            raise NotDelivered(Undelivered.MAIL_REFUSED, "status 554", final=True)
        self.got.append(assured(message))

    def line(self) -> Mail:
        return Mail("brana@obec.test", "so@obec.test", self.deliver, lambda: NOON)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("make", [emergency, alert])
@pytest.mark.parametrize("text", POISON)
async def test_no_text_of_an_entry_writes_a_header_or_ends_them(text: str, make, language: Language):
    wanted, box = Wanted(form="ocsf", origin="x", language=language), Box()
    message = wanted.mail(Recorded(7, NOON, make(text)))
    assert message is not None
    assert not await box.line().send([message], "n")
    head, _, body = box.got[0].as_bytes().partition(b"\r\n\r\n")
    names = [
        line.partition(b":")[0].decode() for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")
    ]
    assert names[:6] == HEADERS
    assert "Content-Transfer-Encoding" in names
    assert b"ok" not in body.split()


async def test_a_head_that_is_not_as_meant_is_not_sent():
    made = EmailMessage()
    made["Subject"] = INJECTED
    made.set_content("x")
    with pytest.raises(HeadNotAsMeant):
        assured(made)
    server = Server(Smtp(host="127.0.0.1", port=9, sender="brana@obec.test"))
    with pytest.raises(NotDelivered) as failed:  # and nobody was asked: nothing listens there
        server.deliver(made)
    assert failed.value.reason is Undelivered.ATTEMPT_BROKE


async def test_a_text_that_the_server_refuses_is_left_out_and_the_next_entry_arrives():
    box = Box(refuses="EICAR")
    messages = [
        ORIGIN.mail(Recorded(number, NOON, alert(of))) or b"" for number, of in ((5, "EICAR"), (6, "b"))
    ]
    assert await box.line().send(messages, "n") == [5]
    first, second = box.got
    assert first["Subject"] == "Brána: 5 alert.raised"
    assert "EICAR" not in first.get_content()
    assert "emergency_access" in second.get_content()


async def test_a_server_that_refuses_everything_loses_nothing():
    with pytest.raises(NotTaken) as failed:
        await Box(away=True).line().send([ORIGIN.mail(Recorded(5, NOON, alert("a"))) or b""], "n")
    assert failed.value.reason == Undelivered.MAIL_REFUSED


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def forwarder(log: Log, line: Mail, make=ORIGIN.mail) -> Forwarder:
    store = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
    return Forwarder("so", store, line, make, log.clock, from_beginning=True)


def less(log: Log) -> list[object]:
    with log.database.engine.connect() as connection:
        rows = connection.execute(select(audit_entry.c.canonical).order_by(audit_entry.c.sequence)).scalars()
        found = [parse(row).entry for row in rows]
    return [one.details for one in found if one.code is Code.RECEIVER_GOT_LESS]


async def test_that_a_receiver_got_less_is_recorded_once_and_told_to_it(log: Log):
    box = Box(refuses="EICAR")
    log.append([alert("EICAR"), alert("b")])
    sending = forwarder(log, box.line())
    while await sending.step():
        pass
    assert less(log) == [{"receiver": "so", "first": 0}]
    assert box.got[0]["Subject"] == "Brána: 0 alert.raised"
    assert len(box.got) == 4  # both, that there is a new receiver, and that it got less


async def test_an_entry_that_no_message_can_be_made_of_is_sent_by_number_and_kind(log: Log):
    def breaks(recorded: Recorded) -> bytes | None:
        if recorded.entry.details.get("alert_of") == "a":
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return ORIGIN.mail(recorded)

    box = Box()
    log.append([alert("a"), alert("b")])
    sending = forwarder(log, box.line(), breaks)
    while await sending.step():
        pass
    assert less(log) == [{"receiver": "so", "first": 0}]
    assert len(box.got) == 4


class Breaks(Mail):
    async def send(self, messages: Sequence[bytes], name: str) -> Sequence[int]:
        raise RuntimeError(f"nobody foresaw {name} with {len(messages)}")


async def test_however_a_line_breaks_the_receiver_counts_as_down_and_its_place_stays(log: Log):
    log.append([alert("a")])
    sending = forwarder(log, Breaks("brana@obec.test", "so@obec.test", Box().deliver, lambda: NOON))
    with pytest.raises(NotTaken) as failed:
        await sending.step()
    assert (failed.value.reason, failed.value.cause) == ("attempt_broke", "RuntimeError")
    assert await sending.store.begin("so", log.clock(), from_beginning=True) == 0


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MailServer]:
    async with mail_server(tmp_path) as running:
        yield running


@pytest.mark.real
async def test_a_real_server_gets_one_mail_with_the_text_in_it(server: MailServer, tmp_path: Path):
    settings = Smtp(
        host="127.0.0.1", port=server.port, sender="brana@obec.test", authority=tmp_path / "ca.pem"
    )

    async def deliver(message: EmailMessage) -> None:
        await asyncio.to_thread(Server(settings).deliver, message)

    line = Mail("brana@obec.test", "so@obec.test", deliver, lambda: NOON)
    await line.send([ORIGIN.mail(Recorded(7, NOON, emergency(INJECTED))) or b""], "n")
    (got,) = server.got
    assert got["X-Evil"] is None
    assert "=?utf-8?q?=0D=0AX-Evil" in got.get_content()
