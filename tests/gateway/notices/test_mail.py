"""Mail by a real server, over TLS that is verified."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.settings import Smtp
from config.vocabulary import Language
from gateway.notices.delivery import NotDelivered, Undelivered
from gateway.notices.mail import Mail
from gateway.notices.notice import Channel
from tests.gateway.notices.telling import AROUND, LATER, notice
from tests.rig.authority import make_authority
from tests.rig.mail import MailServer, mail_server
from tests.rig.people import JANA

pytestmark = pytest.mark.real
TOLD = notice(channel=Channel.SMTP)


class Away(Exception):
    """The directory does not answer."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[MailServer]:
    async with mail_server(tmp_path) as running:
        yield running


def mail(server: MailServer, folder: Path, address: str | None = JANA.mail, **changes: object) -> Mail:
    usual = {
        "host": "127.0.0.1",
        "port": server.port,
        "sender": "brana@obec.test",
        "authority": folder / "ca.pem",
    }

    async def address_of(subject: str) -> str | None:
        assert subject == JANA.subject
        if address == "away":
            raise Away
        return address

    return Mail(Smtp(**{**usual, **changes}), AROUND, address_of, (Away,), lambda: LATER)


async def refused(sending: Mail) -> NotDelivered:
    with pytest.raises(NotDelivered) as failed:
        await sending.send(TOLD)
    return failed.value


async def test_the_person_gets_a_message_in_their_language(server: MailServer, tmp_path: Path):
    await mail(server, tmp_path).send(TOLD)
    await mail(server, tmp_path).send(notice(channel=Channel.SMTP, language=Language.ENGLISH))
    czech, english = server.got
    assert (czech["To"], czech["From"]) == ("novakova.jana@obec.test", "brana@obec.test")
    assert czech["Subject"] == "Nové přihlášení k vašemu účtu"
    assert "Odkud: 192.0.2.7 (Městský úřad Hulín)" in czech.get_content()
    assert czech["Auto-Submitted"] == "auto-generated"
    assert czech["Date"] == "Mon, 23 Nov 2026 12:00:02 +0000"
    assert english["Subject"] == "New sign-in to your account"
    assert english["Content-Language"] == "en"


async def test_tls_from_the_first_byte_works_too(tmp_path: Path):
    async with mail_server(tmp_path, direct=True) as server:
        await mail(server, tmp_path, security="tls").send(TOLD)
    assert len(server.got) == 1


async def test_the_server_is_shown_user_and_password_where_it_asks(tmp_path: Path):
    (tmp_path / "smtp.password").write_text("heslo-posty\n", encoding="utf-8")
    async with mail_server(tmp_path, password="heslo-posty") as server:
        login = {"user": "brana", "password_file": tmp_path / "smtp.password"}
        await mail(server, tmp_path, **login).send(TOLD)
        assert len(server.got) == 1
        (tmp_path / "smtp.password").write_text("jine", encoding="utf-8")
        failed = await refused(mail(server, tmp_path, **login))
    assert failed.reason is Undelivered.MAIL_REFUSED
    assert not failed.final  # somebody will mend the password
    assert "jine" not in str(failed)


async def test_a_server_whose_certificate_is_not_of_the_authority_gets_nothing(
    server: MailServer, tmp_path: Path
):
    make_authority(tmp_path / "other", "Another authority")
    failed = await refused(mail(server, tmp_path, authority=tmp_path / "other/ca.pem"))
    assert failed.reason is Undelivered.MAIL_SERVER_UNREACHABLE
    assert server.got == []


@pytest.mark.parametrize(
    ("answer", "final"), [("550 5.1.1 no such mailbox", True), ("451 4.3.0 try again later", False)]
)
async def test_a_refused_recipient_is_tried_again_only_where_that_may_help(
    server: MailServer, tmp_path: Path, answer: str, final: bool
):
    server.refuses = answer
    failed = await refused(mail(server, tmp_path))
    assert (failed.reason, failed.final) == (Undelivered.MAIL_REFUSED, final)


@pytest.mark.parametrize(
    "address", [None, "", "nobody", "a@b\r\nBcc: other@obec.test", "a@b, other@obec.test", "jaňa@obec.test"]
)
async def test_whoever_has_no_usable_address_gets_none(
    server: MailServer, tmp_path: Path, address: str | None
):
    failed = await refused(mail(server, tmp_path, address))
    assert (failed.reason, failed.final) == (Undelivered.NO_MAIL_ADDRESS, True)
    assert server.got == []


async def test_while_the_directory_is_away_the_notice_waits(server: MailServer, tmp_path: Path):
    failed = await refused(mail(server, tmp_path, "away"))
    assert (failed.reason, failed.final) == (Undelivered.ADDRESS_NOT_KNOWN_NOW, False)


async def test_a_server_that_is_away_is_tried_again(server: MailServer, tmp_path: Path):
    failed = await refused(mail(server, tmp_path, port=1))
    assert (failed.reason, failed.final) == (Undelivered.MAIL_SERVER_UNREACHABLE, False)


async def test_without_starttls_nothing_is_said(server: MailServer, tmp_path: Path):
    def told_in_the_clear() -> int:
        with smtplib.SMTP("127.0.0.1", server.port) as plain:
            plain.ehlo()
            return plain.docmd("MAIL FROM:<a@obec.test>")[0]

    assert (
        await asyncio.to_thread(told_in_the_clear) == 530
    )  # so the server would show a message in the clear
    await mail(server, tmp_path).send(TOLD)
    assert len(server.got) == 1
