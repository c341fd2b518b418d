"""The newest checkpoint by mail: another place where it is kept, which nobody here can change.

Whoever has such a message holds a later export or the log itself against it (`--checkpoint`).
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from config.settings import Settings
from config.vocabulary import Language
from gateway.audit.acts import SYSTEM, TEXT
from gateway.audit.canonical import Recorded
from gateway.audit.checkpointer import Sealed
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.notices.delivery import NotDelivered
from gateway.storage.audit_proven import newest_told
from gateway.storage.audit_witnesses import to_hand_out

EVERY = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""After a message that was not taken."""
LOOK_EVERY = 60.0  # seconds
FILE = "checkpoint.txt"
SUBJECT = {
    Language.CZECH: "Kontrolní bod auditního záznamu {origin}, záznamů: {size}",
    Language.ENGLISH: "Checkpoint of the audit log {origin}, entries: {size}",
}
TEXT_OF = {
    Language.CZECH: "Uschovejte tuto zprávu. Podpis v příloze dokládá, že auditní záznam {origin} měl v tu chvíli "
    "{size} záznamů a jaké. Kdo ho později změní nebo zkrátí, toho usvědčí ověření s touto přílohou "
    "(brana audit verify --checkpoint).\n\n{note}",
    Language.ENGLISH: "Keep this message. The signature in the attachment shows that the audit log {origin} had {size} "
    "entries at that moment, and which. Whoever alters or shortens it later is convicted by a verification with this "
    "attachment (brana audit verify --checkpoint).\n\n{note}",
}


async def mailed(settings: Settings, sealed: Sealed, by: str, at: datetime) -> Entry:
    """Send it; what is to be recorded of that. With a reason it was not sent."""
    to = settings.audit.mail_checkpoints_to
    entry = Entry(
        code=Code.CHECKPOINT_MAILED,
        outcome=Outcome.SUCCESS,
        at=at,
        subject=by,
        person="" if by == SYSTEM else by,
        details={"sealed": sealed.size, "receivers": ", ".join(to)},
    )
    try:
        await _send(settings, _message(settings, sealed, at))
    except NotDelivered as failure:
        details = entry.details | {"cause": neutral(str(failure), TEXT)}
        return replace(entry, outcome=Outcome.FAILURE, reason=failure.reason.value, details=details)
    return entry


def is_due(last: Recorded | None, at: datetime) -> bool:
    """`last`: the newest entry of the kind that the log proves, where there is one."""
    if last is None:
        return True
    return at - last.entry.at >= (EVERY if last.entry.outcome is Outcome.SUCCESS else AGAIN)


async def keep_mailing(plane: ControlPlane) -> None:
    """Once a day, from one node; the log itself says when it was."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if plane.nodes.leads:
            await mail_if_due(plane, now())


async def mail_if_due(plane: ControlPlane, at: datetime) -> bool:
    state = plane.state
    last = await state.database.read(lambda c: newest_told(c, Code.CHECKPOINT_MAILED, state.log_known))
    if not is_due(last, at):
        return False
    sealed = await state.database.read(to_hand_out)
    if sealed is None:
        return False
    await state.record([await mailed(state.settings, sealed, SYSTEM, at)])
    return True


def _message(settings: Settings, sealed: Sealed, at: datetime) -> EmailMessage:
    smtp, language = settings.notifications.smtp, settings.language
    assert smtp is not None  # config/witnesses.py
    facts = {"origin": settings.public.domain, "size": sealed.size, "note": sealed.note}
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = smtp.sender, ", ".join(settings.audit.mail_checkpoints_to)
    message["Subject"] = SUBJECT[language].format(**facts)
    message["Date"] = format_datetime(at)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
    message.set_content(TEXT_OF[language].format(**facts), cte="base64")
    message.add_attachment(
        sealed.note.encode(), maintype="application", subtype="octet-stream", filename=FILE
    )
    return message


async def _send(settings: Settings, message: EmailMessage) -> None:
    from gateway.notices.mail import MailServer  # noqa: PLC0415 - only who sends mail pays for it

    assert settings.notifications.smtp is not None
    await asyncio.to_thread(MailServer(settings.notifications.smtp).deliver, message)
