"""A mail for each entry, for receivers that are narrowed to few: alerts above all.

What an entry says is chosen by strangers too. A text that the mail server refuses for good, or that cannot be made a
mail, must not keep all behind it from the receiver: where the same mail without the text is taken, the text was at
fault, and the receiver has number and kind; where that is refused too, the server is, and everything waits.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from config.settings import Title
from config.vocabulary import Language
from gateway.forwarding.forwarder import NotTaken
from gateway.notices.delivery import NotDelivered, Undelivered
from gateway.notices.mail_head import header_text

SUBJECT = 150  # characters; the whole sentence is in the text
WITHOUT_TEXT = Title(
    cs="Znění tohoto záznamu nešlo poslat poštou. Otevřete záznam podle čísla v auditním záznamu.",
    en="The text of this entry could not be sent by mail. Open the entry in the audit log by its number.",
)
Deliver = Callable[[EmailMessage], Awaitable[None]]
"""Raises NotDelivered."""


class Mail:
    def __init__(
        self,
        sender: str,
        address: str,
        deliver: Deliver,
        clock: Callable[[], datetime],
        language: Language = Language.ENGLISH,
    ) -> None:
        self._sender, self._address, self._deliver, self._clock = sender, address, deliver, clock
        self._language = language

    async def open(self) -> None:
        """Each mail has a connection of its own."""

    async def send(self, messages: Sequence[bytes], name: str) -> Sequence[int]:
        """Messages as `Wanted.mail` makes them."""
        less = []
        for number, message in enumerate(messages):
            first, _, text = message.decode().partition("\n")
            try:
                if not await self._taken(first, text, f"{name}-{number}"):
                    less.append(int(first.split()[0]))
            except NotDelivered as failure:
                raise NotTaken(failure.reason, str(failure)) from failure
        return less

    async def _taken(self, first: str, text: str, name: str) -> bool:
        """Whether it was with its text. Raises NotDelivered."""
        try:
            await self._deliver(self._mail(text, text, name))
        except NotDelivered as failure:
            if not failure.final and failure.reason is not Undelivered.ATTEMPT_BROKE:
                raise
        except ValueError:  # no header can be made of it
            pass
        else:
            return True
        await self._deliver(self._mail(first, f"{first}\n\n{WITHOUT_TEXT.in_language(self._language)}", name))
        return False

    def _mail(self, subject: str, text: str, name: str) -> EmailMessage:
        made = EmailMessage(policy=SMTP)
        made["From"], made["To"] = self._sender, self._address
        made["Subject"] = header_text(f"Brána: {subject}", SUBJECT)
        made["Date"] = format_datetime(self._clock())
        made["Message-ID"] = f"<{name}@{self._sender.partition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
        made.set_content(text, cte="base64")
        return made

    def check(self) -> None:
        """Each mail has its own answer."""

    async def close(self) -> None:
        """Nothing is open."""
