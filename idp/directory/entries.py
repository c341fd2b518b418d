"""One entry as a server sent it, read strictly: one value where one is meant, UTF-8 where text is meant."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from idp.directory.errors import EntryUnusable
from idp.directory.filters import BINARY_IDENTITIES

CANONICAL = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
LONGEST = 1024  # characters of any single value that we show or keep
UNREADABLE = "\ufffd"  # in the place of a value that is no text


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and its attributes. Attribute names are compared without regard to case (RFC 4512 §2.5)."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]
    """By lower-case description; `cn;lang-cs` is another attribute than `cn`, as RFC 4512 §2.5.2 has it."""

    def values(self, attribute: str) -> tuple[bytes, ...]:
        return self.attributes.get(attribute.lower(), ())

    def text(self, attribute: str) -> str | None:
        """The one value, None when there is none; EntryUnusable for several or for what is no text."""
        values = self.attributes.get(attribute.lower())
        if not values:
            return None
        if len(values) > 1:
            raise EntryUnusable(self.dn, f"{attribute} has {len(values)} values where one is expected")
        return self._decoded(attribute, values[0])

    def texts(self, attribute: str) -> tuple[str, ...]:
        """Any number of values; EntryUnusable for what is no text."""
        return tuple(self._decoded(attribute, value) for value in self.values(attribute))

    def required(self, attribute: str) -> str:
        text = self.text(attribute)
        if text is None or not text.strip():
            raise EntryUnusable(self.dn, f"{attribute} is missing")
        return text

    def _decoded(self, attribute: str, value: bytes) -> str:
        try:
            text = value.decode()
        except UnicodeDecodeError as error:
            raise EntryUnusable(self.dn, f"{attribute} is not UTF-8") from error
        if not text.isprintable() or len(text) > LONGEST:
            raise EntryUnusable(self.dn, f"{attribute} holds control characters or is too long")
        return text


def entry(dn: str, attributes: Mapping[str, list[bytes]]) -> Entry:
    """An Entry from python-ldap's pair; two spellings of one description are put together, not dropped."""
    gathered = {description.lower(): tuple(values) for description, values in attributes.items()}
    if len(gathered) == len(attributes):
        return Entry(dn, gathered)
    gathered = {}
    for description, values in attributes.items():
        gathered[description.lower()] = gathered.get(description.lower(), ()) + tuple(values)
    return Entry(dn, gathered)


def identity_of(read: Entry, attribute: str) -> str:
    """Canonical UUID text of the stable identifier; EntryUnusable when it is none."""
    try:
        if attribute.lower() in BINARY_IDENTITIES:
            (octets,) = read.values(attribute)
            return str(uuid.UUID(bytes_le=octets))
        text = read.required(attribute)
        return text if CANONICAL.fullmatch(text) else str(uuid.UUID(text))
    except ValueError as error:
        raise EntryUnusable(read.dn, f"{attribute} is no UUID") from error


def told_values(read: Entry, attribute: str) -> tuple[str, ...]:
    """All values; UNREADABLE stands for one that is no text, and gives nobody anything."""
    texts = (value.decode(errors="replace") for value in read.values(attribute))
    return tuple(text if _is_text(text) else UNREADABLE for text in texts)


def _is_text(decoded: str) -> bool:
    return decoded.isprintable() and UNREADABLE not in decoded and len(decoded) <= LONGEST


def logins_of(read: Entry, attributes: Sequence[str]) -> tuple[str, ...]:
    """What the person may be called by at sign-in: the one value of the first attribute, then the others' values."""
    canonical, *others = attributes
    aliases = (text for each in others for text in read.texts(each))
    return (read.required(canonical), *aliases)


def name_of(read: Entry) -> str:
    """`displayName`, which is single-valued, or else the only `cn`."""
    return read.text("displayName") or read.required("cn")
