"""A mail for each entry, for receivers that are narrowed to few: alerts above all."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from gateway.forwarding.forwarder import NotTaken
from gateway.notices.delivery import NotDelivered

SUBJECT = 150  # characters; the whole sentence is in the text
Deliver = Callable[[EmailMessage], Awaitable[None]]
"""Raises NotDelivered."""


class Mail:
    def __init__(self, sender: str, address: str, deliver: Deliver, clock: Callable[[], datetime]) -> None:
        self._sender, self._address, self._deliver, self._clock = sender, address, deliver, clock

    async def open(self) -> None:
        """Each mail has a connection of its own."""

    async def send(self, messages: Sequence[bytes], name: str) -> None:
        for number, message in enumerate(messages):
            try:
                await self._deliver(self._mail(message.decode().strip(), f"{name}-{number}"))
            except NotDelivered as failure:
                raise NotTaken(failure.reason, str(failure)) from failure

    def _mail(self, text: str, name: str) -> EmailMessage:
        made = EmailMessage(policy=SMTP)
        made["From"], made["To"] = self._sender, self._address
        made["Subject"] = f"Brána: {text}"[:SUBJECT]
        made["Date"] = format_datetime(self._clock())
        made["Message-ID"] = f"<{name}@{self._sender.partition('@')[2]}>"
        made["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
        made.set_content(text, cte="base64")
        return made

    def check(self) -> None:
        """Each mail has its own answer."""

    async def close(self) -> None:
        """Nothing is open."""
