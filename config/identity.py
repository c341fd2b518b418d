"""How an application is told who asks: ways that fit together, and headers that nobody else needs."""

import re
from collections.abc import Iterator

import msgspec

from config.doubt import Finding
from config.settings import Identity, IdentityHeaders

HEADER = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*\Z")
FACTS: tuple[str, ...] = IdentityHeaders.__struct_fields__
"""What can be told in headers."""
PERSON_CLAIM, PERSON_HEADER = "person", "x-brana-person-"
"""Claim of the grant that holds what is told, and the beginning of the headers by which it comes to the cluster."""
LONGEST_HEADER = 64  # characters
RESERVED = re.compile(
    r"host|cookie2?|authorization|connection|date|expect|from|keep-alive|origin|range|referer|te|trailer|upgrade|via"
    r"|user-agent|x-request-id|x-forwarded-(for|proto|host|port)|transfer-encoding"
    r"|(accept|content|if|sec|proxy|x-brana|x-envoy|access-control)(-.*)?",
    re.IGNORECASE,
)
USER = re.compile(r"[^:\x00-\x1f\x7f]{1,64}\Z")  # RFC 7617 §2


def identity_findings(identity: Identity, at: str) -> Iterator[Finding]:
    yield from _account(identity, at)
    if (identity.way == "headers") != (identity.headers is not None):
        yield (
            f"{at}.headers" if identity.headers is not None else f"{at}.way",
            'names of headers and the way "headers" belong together',
            'write `way = "headers"` and [applications.identity.headers], or neither',
        )
    elif identity.headers is not None:
        yield from _headers(identity.headers, f"{at}.headers")


def names_of(headers: IdentityHeaders) -> dict[str, str]:
    """Fact → name of its header, of those that are told."""
    told = msgspec.structs.asdict(headers)
    return {fact: name for fact, name in told.items() if name is not None}


def _account(identity: Identity, at: str) -> Iterator[Finding]:
    given = {"user": identity.user is not None, "password_file": identity.password_file is not None}
    basic = identity.way == "basic"
    for name, is_given in given.items():
        if is_given and not basic:
            yield (
                f"{at}.{name}",
                f"the way {identity.way!r} has no account",
                'write `way = "basic"`, or take it out',
            )
    if basic and not all(given.values()):
        yield f"{at}.way", "a user and a password belong to it", "give `user` and `password_file`"
    if identity.user is not None and not USER.match(identity.user):
        yield (
            f"{at}.user",
            f"{identity.user!r} is not the name of an account",
            "write 64 characters at most, without a colon",
        )


def _headers(headers: IdentityHeaders, at: str) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    told = names_of(headers)
    if not told:
        yield at, "no header is named", 'write for example `login = "X-Remote-User"`'
    for fact, name in told.items():
        if not HEADER.match(name) or len(name) > LONGEST_HEADER:
            yield (
                f"{at}.{fact}",
                f"{name!r} is not the name of a header of an application",
                "write letters, digits and single hyphens: `_` reaches no application, and CGI reads `-` as `_`",
            )
        elif RESERVED.fullmatch(name):
            yield f"{at}.{fact}", f"{name!r} has another meaning", "choose another, as `X-Remote-User`"
        elif name.lower() in seen:
            yield (
                f"{at}.{fact}",
                f"{name!r} tells `{seen[name.lower()]}` already",
                "give each fact its own header",
            )
        seen.setdefault(name.lower(), fact)
