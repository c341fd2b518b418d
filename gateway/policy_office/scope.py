"""Whose policies a text is: the region's, or one municipality's. A change concerns one scope and leaves all others."""

import hashlib
from collections.abc import Mapping
from typing import NewType

from config.vocabulary import MunicipalityCode
from policies.texts import MUNICIPALITIES, REGION, Texts, digest_of

Scope = NewType("Scope", str)
"""`region`, or the code of a municipality."""
OF_REGION = Scope(REGION.name)
ANY = Scope("")
"""Of a version that took over files, whosever they are."""
_BEFORE, _AFTER = "-", "+"


def scope_of(name: str) -> Scope:
    """Of a text's name, as `policies.texts` has it: `municipalities/CODE.cedar`, `municipalities/CODE.cases.toml`."""
    folder, _, file = name.partition("/")
    return Scope(file.partition(".")[0]) if folder == MUNICIPALITIES.name else OF_REGION


def municipality_of(scope: Scope) -> MunicipalityCode | None:
    return None if scope in (OF_REGION, ANY) else MunicipalityCode(scope)


def of_scope(texts: Texts, scope: Scope) -> dict[str, str]:
    return {name: text for name, text in texts.items() if scope_of(name) == scope}


def with_scope(texts: Texts, scope: Scope, own: Texts) -> dict[str, str]:
    """`texts`, in which `own` take the place of the scope's."""
    return {name: text for name, text in texts.items() if scope_of(name) != scope} | dict(own)


def strangers(scope: Scope, own: Texts) -> list[str]:
    """Names that are none of the scope's."""
    return sorted(name for name in own if scope_of(name) != scope)


def changed(before: Texts, after: Texts) -> list[str]:
    """Names of the texts that differ, also of those that only one of the two has."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def scopes_of(names: list[str]) -> list[Scope]:
    return sorted({scope_of(name) for name in names})


def digest_of_difference(before: Texts, after: Texts) -> str:
    """Tells changes apart: SHA-256, hexadecimal, of the names and the digests before and after."""
    lines = [
        f"{sign}{name}\0{_mark(texts, name)}\n"
        for name in changed(before, after)
        for sign, texts in ((_BEFORE, before), (_AFTER, after))
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _mark(texts: Mapping[str, str], name: str) -> str:
    return digest_of({name: texts[name]}) if name in texts else ""
