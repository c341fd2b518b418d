"""What is asked, read from the headers that Envoy sends with its question.

Application, municipality and action come from the route that Envoy chose; the path is kept only to come back
to it and to write it down, and is never looked at to decide anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from config.vocabulary import Action, ApplicationId, Language, MunicipalityCode
from gateway.grants.cookie import read_cookies
from idp.http.preferred_language import chosen, preferred

ROUTE = "x-brana-route"
ASKED_LANGUAGE = re.compile(r"[?&]lang=(cs|en)(?=&|\Z)")
ACTIVE = "-"  # in the route: whatever municipality the person acts for


class NotFromEnvoy(Exception):
    """The question has not the form Envoy's configuration gives it; nothing can be decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    application: ApplicationId
    municipality: MunicipalityCode | None
    """Whose resource; None where the person's active municipality decides."""
    action: Action
    method: str
    host: str
    """With the port, as the browser wrote it and Envoy normalised it."""
    target: str
    """Path and query, to come back to; never logged whole."""
    page: str = "/"
    """Path and query of the page to come back to: a form's target is none, so it is the page the form stood on."""
    address: str
    request_id: str
    user_agent: str
    page_load: bool
    """A person looks at the answer; everything else gets JSON and no redirects."""
    cookies: Mapping[str, str]
    language: Language
    rpc: bool = False
    """A gRPC client reads the answer: Envoy makes its status out of ours and its message out of the body."""
    language_chosen: bool = False
    """It was asked for just now (`?lang=`), by the switch of a refusal page: to be remembered."""

    @property
    def path(self) -> str:
        """Without the query string, which may hold personal data."""
        return self.target.partition("?")[0]


def read_request(
    method: str, target: str, headers: Mapping[str, str], cookies: str, default: Language
) -> AccessRequest:
    """`headers` is case-insensitive; `cookies` all Cookie headers joined by `; `. Raises NotFromEnvoy."""
    try:
        application, municipality, action = headers[ROUTE].split(" ")
        rpc = is_rpc(headers.get("Content-Type", ""))
        return AccessRequest(
            application=ApplicationId(application),
            municipality=None if municipality == ACTIVE else MunicipalityCode(municipality),
            action=Action(action),
            method=method,
            host=headers["Host"],
            target=target,
            page=page_of(method, target, headers),
            address=headers["x-brana-client-address"],
            request_id=headers["x-request-id"],
            user_agent=headers.get("User-Agent", ""),
            page_load=not rpc and _is_page_load(method, headers),
            cookies=read_cookies(cookies),
            rpc=rpc,
            language=_asked_language(target) or _language(headers, cookies, default),
            language_chosen=_asked_language(target) is not None,
        )
    except (KeyError, ValueError) as error:
        raise NotFromEnvoy(f"{type(error).__name__}: {error}") from error


def page_of(method: str, target: str, headers: Mapping[str, str]) -> str:
    """Where to come back to: the target itself, or the page of this host that a form was sent from (RFC 9110 §10.1.3);
    else the start page. `headers` is case-insensitive.
    """
    if method in ("GET", "HEAD"):
        return target
    host = f"https://{headers['Host']}"
    said = headers.get("Referer", "")
    return said[len(host) :] if said.startswith(f"{host}/") else "/"


def is_rpc(content_type: str) -> bool:
    """As Envoy tells gRPC from gRPC-web: `application/grpc`, or that with `+` and an encoding."""
    return re.match(r"application/grpc(\+|;|\Z)", content_type, re.IGNORECASE) is not None


def _is_page_load(method: str, headers: Mapping[str, str]) -> bool:
    """Fetch Metadata (W3C) where the browser sends it, else what it says it accepts."""
    if "Upgrade" in headers:
        return False
    mode = headers.get("Sec-Fetch-Mode")
    if mode is not None:
        return mode == "navigate"
    return method in ("GET", "HEAD", "POST") and "text/html" in headers.get("Accept", "")


def _asked_language(target: str) -> Language | None:
    """Only how a refusal is worded depends on it; what is asked for does not."""
    found = ASKED_LANGUAGE.search(target)
    return Language(found[1]) if found else None


def _language(headers: Mapping[str, str], cookies: str, default: Language) -> Language:
    return chosen(cookies) or preferred(headers.get("Accept-Language", "")) or default
