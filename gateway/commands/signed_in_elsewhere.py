"""At which other identity provider somebody is still signed in, whose session here is over."""

from config.vocabulary import SessionId
from gateway.commands.control_plane import ControlPlane
from gateway.sessions.session import Session
from gateway.web.refusal import Elsewhere
from idp.http.upstream_logout import WAY_OUT


async def signed_in_elsewhere(plane: ControlPlane, session: Session) -> Elsewhere | None:
    """By what the provider's session was opened; whether that one lets people sign out is seen on the way."""
    if not plane.settings.upstream_providers:
        return None
    sid = SessionId(session.provider_sid)
    found = await plane.state.identities.look(lambda book: book.session(sid))
    via = found.via if found is not None else None
    known = (one for one in plane.settings.upstream_providers if via is not None and one.name == via.provider)
    upstream = next(known, None)
    if upstream is None:
        return None
    return Elsewhere(upstream.title, plane.addresses.issuer + WAY_OUT.format(name=upstream.name))
