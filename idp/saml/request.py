"""The authentication request (SAML core §3.4.1, web browser SSO profile §4.1.4.1): one element at its one place.

What nobody here understands is refused, not passed over: a part that we would skip may be the part that mattered.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from idp.saml import names
from idp.saml.errors import RequestRefused, Unsafe
from idp.saml.names import ds, saml, samlp
from idp.saml.reading import Element, text_of

GOOD_FOR = timedelta(minutes=5)
CLOCKS_DIFFER_BY = timedelta(minutes=2)
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z", re.ASCII)  # SAML core §1.3.3
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
CONTEXTS = 10
ATTRIBUTES = frozenset(
    {
        *(
            "ID",
            "Version",
            "IssueInstant",
            "Destination",
            "Consent",
            "ForceAuthn",
            "IsPassive",
            "ProviderName",
        ),
        *("ProtocolBinding", "AssertionConsumerServiceURL", "AssertionConsumerServiceIndex"),
    }
)
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
OF_POLICY = frozenset({"Format", "SPNameQualifier", "AllowCreate"})
SHARED = (samlp("NameIDPolicy"), samlp("RequestedAuthnContext"))
ORDER = (saml("Issuer"), ds("Signature"), *SHARED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthnRequest:
    id: str
    issuer: str
    issued_at: datetime
    destination: str
    address: str
    """Where the answer is wanted; empty: at the usual place."""
    index: int | None
    """The same by its place in the list."""
    force: bool
    passive: bool
    name_format: str
    named_for: str
    """`SPNameQualifier`: among whom the name is to be known; empty: the one who asks."""
    contexts: tuple[str, ...]
    """Classes of which one is wanted; empty: any."""
    understood: bool = field(default=True)
    """Whether what it wants of the sign-in can be told at all."""


class Addressed(Protocol):
    @property
    def issued_at(self) -> datetime: ...
    @property
    def destination(self) -> str: ...


def issuer_of(root: Element) -> str:
    """Who says to have sent it: looked at only to find the keys that must verify it. Raises RequestRefused."""
    if not len(root) or root[0].tag != saml("Issuer"):
        raise RequestRefused(Unsafe.UNREADABLE)
    return text_of(root[0])


def read(root: Element) -> AuthnRequest:
    """Raises RequestRefused."""
    if (
        root.tag != samlp("AuthnRequest")
        or root.get("Version") != "2.0"
        or not set(root.attrib) <= ATTRIBUTES
    ):
        raise RequestRefused(Unsafe.UNREADABLE)
    parts = parts_of(root, ORDER)
    policy, wanted = parts.get(SHARED[0]), parts.get(SHARED[1])
    name, index = root.get("ID", ""), root.get("AssertionConsumerServiceIndex")
    address = root.get("AssertionConsumerServiceURL", "")
    if not NAME.fullmatch(name) or (index is not None and (address or not re.fullmatch("[0-9]{1,2}", index))):
        raise RequestRefused(Unsafe.UNREADABLE)
    if root.get("ProtocolBinding", names.POST) != names.POST:
        raise RequestRefused(Unsafe.UNREADABLE)
    if policy is not None and (
        not set(policy.attrib) <= OF_POLICY or len(policy) or (policy.text or "").strip()
    ):
        raise RequestRefused(Unsafe.UNREADABLE)
    contexts, understood = _contexts(wanted)
    return AuthnRequest(
        id=name,
        issuer=issuer_of(root),
        issued_at=moment_in(root.get("IssueInstant", "")),
        destination=root.get("Destination", ""),
        address=address,
        index=None if index is None else int(index),
        force=_boolean(root, "ForceAuthn"),
        passive=_boolean(root, "IsPassive"),
        name_format="" if policy is None else policy.get("Format", ""),
        named_for="" if policy is None else policy.get("SPNameQualifier", ""),
        contexts=contexts,
        understood=understood,
    )


def fault(asked: Addressed, here: str, now: datetime, *, signed: bool) -> Unsafe | None:
    """Why a request that can be read is not for us, or not for now. `here`: our address of it."""
    if asked.destination != here and (signed or asked.destination):  # SAML bindings §3.4.5.2, §3.5.5.2
        return Unsafe.FOR_ANOTHER
    fresh = now - GOOD_FOR - CLOCKS_DIFFER_BY < asked.issued_at <= now + CLOCKS_DIFFER_BY
    return None if fresh else Unsafe.OUT_OF_TIME


def parts_of(root: Element, order: Sequence[str]) -> Mapping[str, Element]:
    """Children, each once and in the order of the schema."""
    tags = [child.tag for child in root]
    if any(tag not in order for tag in tags) or tags != [tag for tag in order if tag in tags]:
        raise RequestRefused(Unsafe.UNREADABLE)
    if any((child.tail or "").strip() for child in root) or (root.text or "").strip():
        raise RequestRefused(Unsafe.UNREADABLE)
    return dict(zip(tags, root, strict=True))


def _contexts(wanted: Element | None) -> tuple[tuple[str, ...], bool]:
    """Classes, and whether no more is wanted than one of them or a stronger one."""
    if wanted is None:
        return (), True
    by_class = all(child.tag == saml("AuthnContextClassRef") for child in wanted)
    understood = by_class and wanted.get("Comparison", "exact") in {"exact", "minimum"}
    between = (wanted.text, *(child.tail for child in wanted))
    if (
        not 0 < len(wanted) <= CONTEXTS
        or not set(wanted.attrib) <= {"Comparison"}
        or any((text or "").strip() for text in between)
    ):
        raise RequestRefused(Unsafe.UNREADABLE)
    return (tuple(text_of(child)[:200] for child in wanted), True) if understood else ((), False)


def _boolean(root: Element, name: str) -> bool:
    said = BOOLEANS.get(root.get(name, "false"))
    if said is None:
        raise RequestRefused(Unsafe.UNREADABLE)
    return said


def moment_in(text: str) -> datetime:
    found = MOMENT.fullmatch(text)
    try:
        if found is not None:
            return datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        pass
    raise RequestRefused(Unsafe.UNREADABLE)
