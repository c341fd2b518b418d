"""What is asked, read from the headers that Envoy sends with its question.

Application, municipality and action come from the route that Envoy chose; the path is kept only to come back
to it and to write it down, and is never looked at to decide anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from config.asked_word import asked_in
from config.vocabulary import Action, ApplicationId, Language, MunicipalityCode, RouteName
from gateway.authorize.asker import Asker, Sent, asker, form_sent
from gateway.authorize.devices import Devices, Shown, opened_at
from gateway.authorize.passage import Passage
from gateway.grants.cookie import read_cookies
from idp.http.preferred_language import chosen, preferred

ROUTE = "x-brana-route"
MARK = "x-brana-mark"
ASKED_LANGUAGE = re.compile(r"[?&]lang=(cs|en)(?=&|\Z)")
NOT_TOLD = "-"  # how Envoy says that there is no such thing
ACTIVE = "-"  # in the route: whatever municipality the person acts for


class NotFromEnvoy(Exception):
    """The question has not the form Envoy's configuration gives it; nothing can be decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    application: ApplicationId
    municipality: MunicipalityCode | None
    """Whose resource; None where the person's active municipality decides."""
    action: Action
    route: RouteName | None = None
    """By which route of the application, if that has a name."""
    method: str
    host: str
    """With the port, as the browser wrote it and Envoy normalised it."""
    target: str
    """Path and query, to come back to; never logged whole."""
    page: str = "/"
    """Path and query of the page to come back to: a form's target is none, so it is the page the form stood on."""
    mark: str | None = None
    """Of the application, as whoever made the route knows it (`config.marks`); None on a machine alone."""
    address: str
    request_id: str
    user_agent: str
    page_load: bool
    """A person looks at the answer; everything else gets JSON and no redirects."""
    framed: bool = False
    """The page stands within another one, where nobody can sign in."""
    bearer: str | None = None
    """A token that the gate has set aside; None where there was none, or the application takes none of ours."""
    certificate: str = "-"
    """The leaf that the client showed on this connection, PEM with URL escapes; `-` for none."""
    certificate_verified: bool = False
    """Envoy's word that its chain leads to the authority."""
    thumbprint: str = ""
    """SHA-256 of that leaf, 64 hexadecimal digits, where the leaf itself is not told: of a stream that is open."""
    in_tunnel: str = ""
    """The address of a device in its tunnel, where the connection came by the listener of tunnels."""
    form: Sent | None = None
    """A form that a page of this host sent."""
    cookies: Mapping[str, str]
    language: Language
    tunnel: Passage | None = None
    """It is a connection through the tunnel, and no request of the web."""
    rpc: bool = False
    """A gRPC client reads the answer: Envoy makes its status out of ours and its message out of the body."""
    language_chosen: bool = False
    """It was asked for just now (`?lang=`), by the switch of a refusal page: to be remembered."""

    @property
    def shown(self) -> Shown:
        return Shown(self.certificate, self.thumbprint, self.in_tunnel)

    @property
    def path(self) -> str:
        """Without the query string, which may hold personal data."""
        return self.target.partition("?")[0]


def read_request(
    method: str, target: str, headers: Mapping[str, str], cookies: str, default: Language
) -> AccessRequest:
    """`headers` is case-insensitive; `cookies` all Cookie headers joined by `; `. Raises NotFromEnvoy."""
    try:
        application, municipality, asked = headers[ROUTE].split(" ")
        action, route = asked_in(asked)
        rpc = is_rpc(headers.get("Content-Type", ""))
        who = asker(method, headers)
        return AccessRequest(
            application=ApplicationId(application),
            municipality=None if municipality == ACTIVE else MunicipalityCode(municipality),
            action=action,
            route=route,
            mark=_told(headers.get(MARK, NOT_TOLD)),
            method=method,
            host=headers["Host"],
            target=target,
            page=page_of(method, target, headers),
            address=headers["x-brana-client-address"],
            request_id=headers["x-request-id"],
            user_agent=headers.get("User-Agent", ""),
            page_load=not rpc and who is not Asker.PROGRAM,
            framed=who is Asker.FRAME,
            form=form_sent(method, headers),
            bearer=_told(headers.get("x-brana-bearer", NOT_TOLD)),
            certificate=headers.get("x-brana-certificate", "-"),
            in_tunnel=_told(headers.get("x-brana-tunnel", NOT_TOLD)) or "",
            certificate_verified=headers.get("x-brana-certificate-verified") == "1",
            cookies=read_cookies(cookies),
            rpc=rpc,
            language=_asked_language(target) or _language(headers, cookies, default),
            language_chosen=_asked_language(target) is not None,
        )
    except (KeyError, ValueError) as error:
        raise NotFromEnvoy(f"{type(error).__name__}: {error}") from error


def placed(request: AccessRequest, devices: Devices, now: datetime) -> AccessRequest:
    """Through a tunnel: its place is where its device is, as for what tunnels reach."""
    place = opened_at(request.shown, devices, now)
    return request if place is None else replace(request, address=place)


def _told(said: str) -> str | None:
    return None if said in ("", NOT_TOLD) else said


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


def _asked_language(target: str) -> Language | None:
    """Only how a refusal is worded depends on it; what is asked for does not."""
    found = ASKED_LANGUAGE.search(target)
    return Language(found[1]) if found else None


def _language(headers: Mapping[str, str], cookies: str, default: Language) -> Language:
    return chosen(cookies) or preferred(headers.get("Accept-Language", "")) or default
