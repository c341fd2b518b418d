"""The head of a mail, where a text that somebody else chose stands in it. Pure.

The standard library reads a header that it is given: a word as of RFC 2047 in it is decoded, line breaks and all, and
what came of it goes out as further headers, or as the text. So no such word ever begins in what we give it, and what
was made is compared with what was meant.
"""

from email.message import EmailMessage

BEGINS_A_WORD, BROKEN = "=?", "=\\u{3f}"
"""RFC 2047 §2; broken as `gateway.audit.neutral` writes what must not count."""


class HeadNotAsMeant(ValueError):
    def __init__(self) -> None:
        super().__init__("a text of this mail would become headers of its own; it was not sent")


def header_text(text: str, longest: int) -> str:
    """Harmless in a header, and no longer than that."""
    return text.replace(BEGINS_A_WORD, BROKEN)[:longest]


def assured(message: EmailMessage) -> EmailMessage:
    """With the very headers that were set and no others. Raises HeadNotAsMeant, UnicodeError."""
    head = message.as_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = [line for line in head.split(b"\n") if not line.startswith((b" ", b"\t"))]
    if [line.partition(b":")[0].decode() for line in lines] != message.keys():
        raise HeadNotAsMeant
    return message
