"""The session that a browser brings to the page of a sign-in: still usable, or why it ended.

Its cookie is the only proof: a browser without one is told nothing.
"""

from dataclasses import dataclass

from aiohttp import web

from config.vocabulary import RECOVERY_ADMINISTRATOR
from idp.directory.person import Person
from idp.events import EndReason
from idp.http import cookies
from idp.http.destination import Destination, login_hint
from idp.http.provider import Book, provider_of
from idp.login.authenticator import Credential
from idp.login.book import Flow
from idp.login.session import Session, end_due
from idp.login.states import AwaitingFactor, AwaitingOfficersCode, AwaitingPassword
from idp.oidc.authorize import Prompt, Request

OTHER = "other"
"""`as=other`: the person wants to sign in as somebody else."""


@dataclass(frozen=True, slots=True)
class Present:
    session: Session | None = None
    """That may be used."""
    over: EndReason | None = None
    """Of one that may not."""
    has_passkey: bool = False
    """Whether its person has a key that can stand for the password."""


async def present(request: web.Request) -> Present:
    provider, handle = provider_of(request), cookies.read_hashed(request, cookies.SSO)
    if handle is None:
        return Present()

    def look(book: Book) -> tuple[Session | None, bool]:
        session = book.session_of(handle)
        held = book.authenticators(session.person.subject) if session is not None else ()
        return session, any(
            isinstance(one.means, Credential) and one.means.replaces_the_password for one in held
        )

    session, has_passkey = await provider.store.look(look)
    over = end_due(session, provider.clock(), provider.sign_in) if session is not None else None
    return Present(session, has_passkey=has_passkey) if over is None else Present(over=over)


def confirming(
    request: web.Request, flow: Flow, destination: Destination, session: Session | None
) -> Person | None:
    """Whom the page asks to confirm that it is them; None where it asks anybody to sign in."""
    if session is None:
        return None
    person, state = session.person, flow.state
    if isinstance(state, AwaitingFactor):
        return person if state.standing.lifting == session.sid else None
    if isinstance(state, AwaitingOfficersCode):
        return person if state.standing.person.subject == person.subject else None
    asked = isinstance(state, AwaitingPassword) and request.query.get("as") != OTHER
    has_password = person.subject != RECOVERY_ADMINISTRATOR
    return person if asked and has_password and _meant(destination, person) else None


def _meant(destination: Destination, person: Person) -> bool:
    """Not where the relying party asks for somebody else, or lets the person choose."""
    if not isinstance(destination, Request):
        return True
    if Prompt.SELECT_ACCOUNT in destination.prompts:
        return False
    return destination.may_be_about(person.subject) and login_hint(destination) in {"", person.login}
