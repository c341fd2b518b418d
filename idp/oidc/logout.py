"""Sign-out asked for by a relying party (OpenID Connect RP-Initiated Logout 1.0)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from config.vocabulary import Language, SessionId
from idp.oidc import parameters
from idp.oidc.authorize import language_of
from idp.oidc.client import Client, ClientId, Clients
from idp.oidc.parameters import Unreadable


@dataclass(frozen=True, slots=True)
class SignedOutOf:
    """What a verified `id_token_hint` says."""

    client: ClientId
    session: str
    """As the client calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """A request to sign out."""

    hint: SignedOutOf | None
    client: ClientId | None
    """Who asks, as far as it is known; only then may the browser be sent on."""
    redirect_uri: str | None
    """Registered address to send the browser to afterwards."""
    state: str | None
    language: Language | None

    def needs_confirmation(self, current: SessionId, clients: Clients) -> bool:
        """§2: without a hint about this very session the person is asked; nobody is signed out by a link."""
        if self.hint is None:
            return True
        client = clients.get(self.hint.client)
        return self.hint.session != (current if client is None else client.session_of(current))

    def onward(self) -> str | None:
        """Where the browser goes afterwards."""
        if self.redirect_uri is None:
            return None
        if self.state is None:
            return self.redirect_uri
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode({'state': self.state})}"


HintReader = Callable[[str], SignedOutOf | None]


def read(pairs: Iterable[tuple[str, str]], clients: Clients, hint_of: HintReader) -> SignOut:
    """What cannot be trusted is left out: the person is then asked, and sent nowhere."""
    values = parameters.read(pairs)
    if isinstance(values, Unreadable):
        values = {}
    hint = hint_of(values["id_token_hint"]) if "id_token_hint" in values else None
    named = values.get("client_id")
    contradicting = hint is not None and named is not None and named != hint.client
    client = clients.get(hint.client if hint else ClientId(named or ""))
    if contradicting:
        hint, client = None, None
    return SignOut(
        hint=hint,
        client=client.id if client else None,
        redirect_uri=_registered(values.get("post_logout_redirect_uri"), client),
        state=values.get("state"),
        language=language_of(values.get("ui_locales", "")),
    )


def _registered(uri: str | None, client: Client | None) -> str | None:
    """Equal character by character to a registered one (§3)."""
    return uri if uri is not None and client is not None and uri in client.post_logout_redirect_uris else None
