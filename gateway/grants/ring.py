"""Keys that follow each other: which one signs, which are still believed, and when another is due. Pure.

A new key is announced before it signs, so that everybody who verifies has it by then; the one before is believed until
the last token that it signed has expired. A key that somebody else may have is believed no more, at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.grants.keys import Purpose

ROTATED = (
    *(Purpose.GRANT, Purpose.TECHNICAL, Purpose.ASSERTION),
    *(Purpose.PROVIDER_ES256, Purpose.PROVIDER_RS256),
)
"""All but the log's: who verifies a checkpoint years later must know its key."""
BY_HAND = (Purpose.SAML,)
"""Rotated when somebody says so: service providers keep our metadata, and often a person has to bring them new ones."""
WHICH = {
    "grant": (Purpose.GRANT,),
    "technical": (Purpose.TECHNICAL,),
    "assertion": (Purpose.ASSERTION,),
    "provider": (Purpose.PROVIDER_ES256, Purpose.PROVIDER_RS256),
    "saml": BY_HAND,
    "all": ROTATED,
}
"""How operators name them."""
MARGIN = timedelta(minutes=1)  # of clocks, and of answers under way


class NoKeySigns(Exception):
    """Every key of a purpose was ended and none took its place: the table of keys was changed by hand."""

    def __init__(self, purpose: Purpose) -> None:
        super().__init__(
            f"no key for {purpose} is in force; say `brana keys rotate --compromised --which all`, or restore a backup"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKey:
    id: str
    purpose: Purpose
    created_at: datetime
    signs_from: datetime
    ends_at: datetime | None
    """When the last token that it may have signed has expired; None: nobody follows it yet."""
    private: bytes = field(repr=False)

    def believed(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


@dataclass(frozen=True, slots=True)
class KeyRing:
    keys: tuple[KeptKey, ...]

    def signing(self, purpose: Purpose, now: datetime) -> KeptKey:
        """The newest that may sign by now. Raises NoKeySigns."""
        ready = [one for one in self._of(purpose, now) if one.signs_from <= now]
        if not ready:
            raise NoKeySigns(purpose)
        return max(ready, key=lambda one: (one.signs_from, one.created_at))

    def verifying(self, purpose: Purpose, now: datetime) -> tuple[KeptKey, ...]:
        """All that are believed, announced ones too; the one that signs comes first."""
        signing = self.signing(purpose, now)
        return (signing, *(one for one in self._of(purpose, now) if one is not signing))

    def due(self, now: datetime, every: timedelta) -> tuple[Purpose, ...]:
        """Purposes whose newest key is as old as a key may become."""
        return tuple(
            purpose
            for purpose in ROTATED
            if all(now - one.created_at >= every for one in self.keys if one.purpose is purpose)
        )

    def _of(self, purpose: Purpose, now: datetime) -> Iterable[KeptKey]:
        return (one for one in self.keys if one.purpose is purpose and one.believed(now))


def all_that_must_change(purposes: Iterable[Purpose]) -> tuple[Purpose, ...]:
    """When these keys are compromised. Grants and tokens carry an assertion: a new one comes with new ones alone."""
    wanted = set(purposes)
    if Purpose.ASSERTION in wanted:
        wanted |= {Purpose.GRANT, Purpose.TECHNICAL}
    return tuple(purpose for purpose in (*ROTATED, *BY_HAND) if purpose in wanted)
