"""Notices for the person: mail to the address that the directory has now, over verified TLS only."""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from config.receivers import is_mail_address
from config.settings import Smtp
from config.vocabulary import SubjectId
from gateway.notices.delivery import NotDelivered, Undelivered
from gateway.notices.mail_head import assured, header_text
from gateway.notices.notice import Notice
from gateway.notices.words import Surroundings, text_of, title_of

SUBJECT = 150  # characters
TIMEOUT = 10.0  # seconds for each step of the conversation
PERMANENT = range(500, 600)  # RFC 5321 §4.2.1: the same message will not be taken later either

AddressOf = Callable[[SubjectId], Awaitable[str | None]]
"""The person's mail address; None where the directory has none. Raises one of the errors given with it."""


class Mail:
    def __init__(
        self,
        settings: Smtp,
        around: Surroundings,
        address_of: AddressOf,
        errors: tuple[type[Exception], ...],
        clock: Callable[[], datetime],
    ) -> None:
        self._settings, self._around, self._clock = settings, around, clock
        self._address_of, self._errors = address_of, errors
        self._server = MailServer(settings)

    async def send(self, notice: Notice) -> None:
        try:
            address = await self._address_of(SubjectId(notice.happened.subject))
        except self._errors as error:
            raise NotDelivered(Undelivered.ADDRESS_NOT_KNOWN_NOW, str(error)) from error
        if not address or not is_mail_address(address):
            raise NotDelivered(Undelivered.NO_MAIL_ADDRESS, final=True)
        message = self._message(notice, address)
        await self.hand_over(message)

    def _message(self, notice: Notice, address: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = self._settings.sender, address
        message["Subject"] = header_text(title_of(notice.happened, notice.language), SUBJECT)
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{notice.id}@{self._settings.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: nobody's absence answers
        message.set_content(text_of(notice.happened, notice.language, self._around), cte="base64")
        message["Content-Language"] = notice.language.value
        return message

    async def hand_over(self, message: EmailMessage) -> None:
        """Raises NotDelivered."""
        await asyncio.to_thread(self._server.deliver, message)


class MailServer:
    """The configured one, for whatever is sent by mail."""

    def __init__(self, settings: Smtp) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context(cafile=settings.authority)

    def deliver(self, message: EmailMessage) -> None:
        """In a thread: the standard library's client waits. Raises NotDelivered."""
        try:
            assured(message)
        except Exception as error:  # whatever a text of it does to the library that writes it
            raise NotDelivered(Undelivered.ATTEMPT_BROKE, type(error).__name__) from error
        try:
            with self._connected() as server:
                if self._settings.user is not None and self._settings.password_file is not None:
                    password = self._settings.password_file.read_text(encoding="utf-8").strip()
                    server.login(self._settings.user, password)
                server.send_message(message)
        except smtplib.SMTPResponseException as error:
            final = error.smtp_code in PERMANENT and not isinstance(error, smtplib.SMTPAuthenticationError)
            raise NotDelivered(Undelivered.MAIL_REFUSED, f"status {error.smtp_code}", final=final) from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            final = all(code in PERMANENT for code in codes)
            raise NotDelivered(Undelivered.MAIL_REFUSED, f"recipient, status {codes}", final=final) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(Undelivered.MAIL_SERVER_UNREACHABLE, str(error)) from error
        except ValueError as error:  # a user or an address that cannot be written
            raise NotDelivered(Undelivered.ATTEMPT_BROKE, type(error).__name__) from error

    def _connected(self) -> smtplib.SMTP:
        host, port = self._settings.host, self._settings.port
        if self._settings.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=self._tls)
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
        try:
            server.starttls(context=self._tls)
        except BaseException:
            server.close()
            raise
        return server
