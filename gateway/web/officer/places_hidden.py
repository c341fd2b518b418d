"""The place from which somebody follows the log, as an address holds it.

It is the number of all entries there are, which tells a reader of one municipality how much the others do: theirs is
sealed. Whoever sees the whole log sees the number.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from dataclasses import dataclass

from gateway.web.identity import Assertion
from gateway.web.officer.filters import sequence_of

LONGEST = 200  # characters
Closing = Callable[[bytes, str], bytes]
"""Seals a value for a purpose."""
Opening = Callable[[bytes, str], bytes | None]
"""Inverse of it; None where it is no value of that purpose."""


@dataclass(frozen=True, slots=True)
class HiddenPlaces:
    """`close` and `open` are the same on all nodes."""

    close: Closing
    open: Opening

    def told(self, number: int, caller: Assertion, *, bounded: bool) -> str:
        if not bounded:
            return str(number)
        return urlsafe_b64encode(self.close(number.to_bytes(8), _of(caller))).decode()

    def read(self, text: str, caller: Assertion, *, bounded: bool) -> int | None:
        """None for what `told` did not give to the same session."""
        if not bounded:
            return sequence_of(text)
        if len(text) > LONGEST or not text.isascii():
            return None
        try:
            kept = self.open(urlsafe_b64decode(text), _of(caller))
        except Error:
            return None
        return None if kept is None else int.from_bytes(kept)


def _of(caller: Assertion) -> str:
    return f"following of {caller.sid}"
