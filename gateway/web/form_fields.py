"""What a form holds, read so that a page can send the same once more: its fields in order, and how it was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

URLENCODED, MULTIPART, PLAIN = "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"
MOST_FIELDS = 1_000
SHOWN_LENGTH = 300  # characters of a value on the page; all of it is sent
HIDDEN_NAMES = ("pass", "heslo", "pin", "token", "csrf", "secret")
"""Parts of names whose values are not shown: passwords, and what means nothing to a person."""


class CannotBeKept(Exception):
    """Files, or text that a page could not send again octet for octet: the browser alone has the form."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    value: str
    file: bool = False
    """A place for a file that was left empty; it is sent so as well."""

    @property
    def shown(self) -> str:
        """Empty: not for the eyes."""
        if self.file or any(part in self.name.lower() for part in HIDDEN_NAMES):
            return ""
        text = self.value.strip()
        return text if len(text) <= SHOWN_LENGTH else text[:SHOWN_LENGTH] + "…"


@dataclass(frozen=True, slots=True)
class Fields:
    enctype: str
    fields: Sequence[Field]


def read_fields(content_type: str, body: bytes) -> Fields:
    """`content_type` is the header with its parameters. Raises CannotBeKept."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == URLENCODED:
            fields = _urlencoded(body)
        elif kind == MULTIPART:
            fields = _multipart(content_type, body)
        else:
            raise CannotBeKept(kind)
    except (ValueError, LookupError) as error:  # not UTF-8, too many, no parts
        raise CannotBeKept(type(error).__name__) from error
    return Fields(kind, fields)


def _urlencoded(body: bytes) -> list[Field]:
    pairs = parse_qsl(
        body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
    )
    return [Field(name, _plain(value)) for name, value in pairs]


def _multipart(content_type: str, body: bytes) -> list[Field]:
    """RFC 7578."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    whole = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = whole.get_payload()
    if not isinstance(parts, list) or whole.defects or len(parts) > MOST_FIELDS:
        raise CannotBeKept("no parts")
    return [_part(part) for part in parts if isinstance(part, Message)]


def _part(part: Message) -> Field:
    name = part.get_param("name", header="content-disposition")
    octets = part.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(octets, bytes):
        raise CannotBeKept("a part without a name")
    if (
        part.get_filename() is not None
        or part.get_param("filename", header="content-disposition") is not None
    ):
        if octets:
            raise CannotBeKept("a file")
        return Field(name, "", file=True)
    return Field(name, _plain(octets.decode("utf-8")))


def _plain(value: str) -> str:
    """Raises ValueError for what HTML cannot hold (WHATWG HTML §13.2.3.5)."""
    if "\x00" in value:
        raise ValueError("NUL")
    return value
