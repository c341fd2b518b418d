"""The filter that lets a fresh grant pass without a question: reads the grant, verifies it, compares it.

Delivered by itself (ECDS), so that a revocation, a new epoch or a new key drains no connection.
"""

import os
import re
import string
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from pathlib import Path

from config.settings import Application, Grants
from gateway.envoy.lua import script
from gateway.envoy.messages import Json, typed

GATE_FILTER = "brana.gate"
SCRIPTS = ("grant.lua", "cookies.lua", "pace.lua", "begun.lua", "gate.lua")
"""One text for Envoy; each uses what those before it say."""
LUA = "envoy.extensions.filters.http.lua.v3.Lua"
CLOCKS_DIFFER_BY = timedelta(minutes=1)  # that of whoever grants, and that of the gate
_PLAIN = frozenset((string.ascii_letters + string.digits + "/._-").encode())
_WORD = re.compile(r"[A-Za-z0-9._~-]+")


class GateWordUnusable(Exception):
    """A revocation id or epoch that the gate's table cannot hold."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"gate: {word!r} is not letters, digits, `.`, `_`, `~`, `-`; make identifiers base64url"
        )


@dataclass(frozen=True, slots=True)
class CredentialSources:
    """Where the gate finds a credential besides the usual cookie, or in its place, by application."""

    technical: tuple[str, ...] = ()
    """Technical accounts may use these: there are tokens and certificates as well."""
    cookie_suffixes: Mapping[str, str] = field(default_factory=dict)
    """Of those that share a host: what the name of the grant's cookie ends with."""


def credential_sources(applications: Iterable[Application]) -> CredentialSources:
    some = list(applications)
    return CredentialSources(
        tuple(sorted(one.id for one in some if one.technical)),
        {one.id: one.grant_suffix for one in some if one.grant_suffix},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the gate goes by."""

    keys: Mapping[bytes, bytes]
    """Those that sign grants: `gateway.grants.sign.keys_by_header`."""
    begun: Path
    """The file where it writes whom it lets in."""
    per_session: int
    """Requests a second of a session, in each of Envoy's threads."""
    revoked: Collection[str]
    epoch: str
    credential_sources: CredentialSources = CredentialSources()
    unsettled: Collection[str] = ()
    """Applications of which whoever grants now has other settings: no grant for them counts."""
    longest: timedelta = Grants().lifetime
    """For which a grant is given: where one has more left, nobody knows how old it is."""
    full: bool = False
    """There is no room for lines of the access log: nobody is let in but to the officers' pages."""
    succeeds: bool = False
    """It takes the place of another one, whose count of requests ends with it."""


def gate_filter(gate: Gate) -> Json:
    """Raises GateWordUnusable."""
    code = (
        f"local KEYS = {_table(gate.keys)}\n"
        f"local EPOCH = {_quoted([gate.epoch])}\nlocal REVOKED = {_quoted(sorted(gate.revoked))}\n"
        f"local BEGUN = {_escaped(os.fsencode(gate.begun))}\nlocal A_SECOND = {gate.per_session}\n"
        f"local TECHNICAL = {_quoted(gate.credential_sources.technical)}\n"
        f"local UNSETTLED = {_quoted(gate.unsettled)}\n"
        f"local LIVES = {ceil((gate.longest + CLOCKS_DIFFER_BY).total_seconds())}\n"
        f"local FULL = {str(gate.full).lower()}\n"
        f"local SUFFIXES = {_table(_octets(gate.credential_sources.cookie_suffixes))}\n"
        f"local SUCCEEDS = {str(gate.succeeds).lower()}\n"
        f"{scripts()}"
    )
    lua = typed(LUA, default_source_code={"inline_string": code}, clear_route_cache=False)
    return {"name": GATE_FILTER, "typed_config": lua}


def scripts() -> str:
    """What is the same in every gate."""
    return "\n".join(script(name) for name in SCRIPTS)


def _octets(words: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.encode(): value.encode() for name, value in words.items()}


def _table(pairs: Mapping[bytes, bytes]) -> str:
    return "{" + ", ".join(f"[{_escaped(name)}] = {_escaped(value)}" for name, value in pairs.items()) + "}"


def _quoted(words: Collection[str]) -> str:
    for word in words:
        if not _WORD.fullmatch(word):
            raise GateWordUnusable(word)
    return f'"{" ".join(words)}"'


def _escaped(octets: bytes) -> str:
    """A Lua string (reference manual 5.1, §2.1) of any octets: plain where it can be, else by number."""
    plain = "".join(chr(octet) if octet in _PLAIN else f"\\{octet:03d}" for octet in octets)
    return f'"{plain}"'
