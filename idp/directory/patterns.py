"""Texts and distinguished names in which a placeholder stands for a municipality.

`{municipality}` is six digits, `{ico}` eight: `cn=registrar,ou={municipality},ou=groups,dc=kromeriz,dc=cz`.
"""

import re
from dataclasses import dataclass

from config.role_mappings import ANY
from config.settings import ICO_PLACEHOLDER, PLACEHOLDER
from idp.directory.names import Name, Rdn, parsed, prepared

DIGITS = {PLACEHOLDER: "([0-9]{6})", ICO_PLACEHOLDER: "([0-9]{8})"}
PLACEHOLDERS = re.compile("|".join(f"({re.escape(one)})" for one in DIGITS))

Captured = frozenset[str]
"""The digits that stood in the place of placeholders."""


def text_pattern(written: str) -> re.Pattern[str]:
    """For prepared text; `*` at an end stands for anything."""
    fixed = prepared(written.removeprefix(ANY).removesuffix(ANY))
    parts = [DIGITS.get(part, re.escape(part)) for part in PLACEHOLDERS.split(fixed) if part]
    before, after = (".*" if given else "" for given in (written.startswith(ANY), written.endswith(ANY)))
    return re.compile(f"{before}{''.join(parts)}{after}")


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A distinguished name with placeholders, ready for matching."""

    rdns: tuple[frozenset[tuple[str, re.Pattern[str]]], ...]

    def match(self, name: Name) -> Captured | None:
        """None when `name` is another name."""
        if len(name) != len(self.rdns):
            return None
        captured: set[str] = set()
        for patterns, rdn in zip(self.rdns, name, strict=True):
            found = _match(patterns, rdn)
            if found is None:
                return None
            captured |= found
        return frozenset(captured)

    def match_above(self, name: Name) -> Captured | None:
        """The same for the one entry above `name` that is as deep as the pattern."""
        height = len(name) - len(self.rdns)
        return self.match(name[height:]) if height > 0 else None


def name_pattern(written: str) -> NamePattern:
    """Raises NotAName."""
    rdns = parsed(written)
    return NamePattern(tuple(frozenset((kind, _within(value)) for kind, value in rdn) for rdn in rdns))


def _within(value: str) -> re.Pattern[str]:
    """A `*` in a name is itself."""
    parts = [DIGITS.get(part, re.escape(part)) for part in PLACEHOLDERS.split(value) if part]
    return re.compile("".join(parts))


def _match(patterns: frozenset[tuple[str, re.Pattern[str]]], rdn: Rdn) -> set[str] | None:
    if len(patterns) != len(rdn):
        return None
    captured: set[str] = set()
    for kind, pattern in patterns:
        hits = [hit for other, value in rdn if other == kind and (hit := pattern.fullmatch(value))]
        if len(hits) != 1:
            return None
        captured.update(hits[0].groups())
    return captured
