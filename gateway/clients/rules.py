"""What may not be said of a client: what the configuration refuses, in its words, and what only pages can be told."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from config.clients import addresses_of, findings_of
from config.settings.sign_in import ScopeName
from config.unseen import is_seen
from config.vocabulary import MunicipalityCode
from gateway.clients.own import Described, as_configured
from idp.oidc.assertion import KeysUnusable, keys_of
from idp.oidc.client import redirect_fault

ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?\Z")
TITLE_MAX = 80  # characters
OPERATOR_MAX = 120  # characters
ADDRESS_MAX = 500  # characters
MOST_ADDRESSES = 20
JWKS_MAX = 16_384  # characters
SCOPES: Sequence[str] = get_args(ScopeName)
WHOLE = "write the whole address, as `https://application.example/callback`"

Fault = tuple[str, str, str]
"""Field, what is wrong with it, what to do."""


@dataclass(frozen=True, slots=True)
class Around:
    """`taken`: ids that the configuration has; `applications`: those that policies know."""

    taken: Collection[str]
    applications: Collection[str]
    municipalities: Collection[MunicipalityCode]


def faults_of(name: str, described: Described, around: Around) -> tuple[Fault, ...]:
    """The first of each field."""
    found: dict[str, Fault] = {}
    for field, what, remedy in _all(name, described, around):
        found.setdefault(field, (field, what, remedy))
    return tuple(found.values())


def _all(name: str, described: Described, around: Around) -> Iterator[Fault]:
    yield from _people_read(described, around)
    yield from _addresses(name, described)
    if described.redirect_uris:
        for at, what, remedy in findings_of("", as_configured(name, described), (), around.applications):
            yield _field(at), what, remedy
    yield from _keys(described.jwks)
    if any(one not in SCOPES for one in described.scopes):
        yield "scopes", "names a scope that there is not", f"write some of: {' '.join(SCOPES)}"


def _people_read(described: Described, around: Around) -> Iterator[Fault]:
    title = described.title
    if not title.strip() or len(title) > TITLE_MAX or not is_seen(title):
        yield (
            "title",
            "is empty, too long or not to be seen",
            f"write one line of at most {TITLE_MAX} characters",
        )
    operator = described.operator
    if len(operator) > OPERATOR_MAX or not is_seen(operator):
        yield (
            "operator",
            "is too long or not to be seen",
            f"write one line of at most {OPERATOR_MAX} characters",
        )
    if described.municipality not in around.municipalities:
        yield "municipality", "is none of the district", "choose one of the list"


def _addresses(name: str, described: Described) -> Iterator[Fault]:
    if not described.redirect_uris:
        yield "redirect_uris", "is empty", WHOLE
    for field in ("redirect_uris", "post_logout_redirect_uris"):
        if len(getattr(described, field)) > MOST_ADDRESSES:
            yield field, "has too many addresses", f"write at most {MOST_ADDRESSES}"
    for field, uri in addresses_of(as_configured(name, described)):
        if len(uri) > ADDRESS_MAX:
            yield field, "is too long", f"write at most {ADDRESS_MAX} characters"
        if (fault := redirect_fault(uri)) is not None:
            yield field, f"{uri!r} {fault}", "write the whole address out"


def _keys(jwks: str) -> Iterator[Fault]:
    if len(jwks) > JWKS_MAX:
        yield "jwks", "is too long", f"write at most {JWKS_MAX} characters"
    elif jwks:
        try:
            keys_of(jwks)
        except KeysUnusable as error:
            yield "jwks", error.what, error.hint


def _field(at: str) -> str:
    """By the setting that the configuration names."""
    name = at.removeprefix(".")
    return {"jwks_file": "jwks", "secret_file": "authentication"}.get(name, name)
