"""Which claims a client asks for one by one: the parameter `claims` (OpenID Connect Core 1.0 §5.5).

It names them for the id token and for userinfo. What nobody here understands is left out (§5.5.1).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

VALUES = 20  # of one claim; more than any list of levels or names that makes sense


@dataclass(frozen=True, slots=True)
class Wish:
    """How one claim is wanted."""

    values: frozenset[str] | None = None
    """It is to be one of these; None: whatever it is."""
    essential: bool = False

    def takes(self, told: object) -> bool:
        """Whether a claim is told that is this one's value."""
        return self.values is None or (isinstance(told, str) and told in self.values)


Wishes = Mapping[str, Wish]
NONE: Wishes = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    id_token: Wishes = field(default_factory=dict)
    userinfo: Wishes = field(default_factory=dict)

    def only(self, names: Collection[str]) -> "ClaimsRequest":
        """Without claims of other names."""
        return ClaimsRequest(
            {name: wish for name, wish in self.id_token.items() if name in names},
            {name: wish for name, wish in self.userinfo.items() if name in names},
        )


NOTHING_MORE = ClaimsRequest()


def read(text: str) -> ClaimsRequest | None:
    """None for what does not have the form of §5.5. The caller has bounded its length."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    members = [_wishes(said.get(name)) for name in ("id_token", "userinfo")]
    if members[0] is None or members[1] is None:
        return None
    return ClaimsRequest(members[0], members[1])


def written(asked: ClaimsRequest) -> str:
    """For `read` to read again; empty where nothing is asked for."""
    members = {"id_token": _members(asked.id_token), "userinfo": _members(asked.userinfo)}
    said = {name: wishes for name, wishes in members.items() if wishes}
    return json.dumps(said, separators=(",", ":")) if said else ""


def _wishes(said: object) -> Wishes | None:
    if said is None:
        return NONE
    if not isinstance(said, dict):
        return None
    wishes = {name: _wish(one) for name, one in said.items()}
    known = {name: wish for name, wish in wishes.items() if wish is not None}
    return known if len(known) == len(wishes) else None


def _wish(said: object) -> Wish | None:
    """A value that is no text is no claim's here, so such a claim is not told."""
    if said is None:
        return Wish()
    if not isinstance(said, dict):
        return None
    essential, values = said.get("essential", False), said.get("values")
    if "value" in said:
        values = [said["value"]] if values is None else None  # one or the other (§5.5.1)
        if values is None:
            return None
    if not isinstance(essential, bool) or not isinstance(values, list | None) or len(values or ()) > VALUES:
        return None
    texts = None if values is None else frozenset(one for one in values if isinstance(one, str))
    return Wish(texts, essential)


def _members(wishes: Wishes) -> dict[str, Any]:
    return {name: _member(wish) for name, wish in sorted(wishes.items())}


def _member(wish: Wish) -> dict[str, Any] | None:
    essential = {"essential": True} if wish.essential else {}
    values = {} if wish.values is None else {"values": sorted(wish.values)}
    return {**essential, **values} or None
