"""Sessions of technical accounts: one for each account, municipality and way of proof, for as long as it is used; of
client certificates one for each, so that it ends with its certificate and no other does.

They are kept, listed, ended and revoked as those of people are; no browser has a handle of one.
"""

import secrets
from collections.abc import Callable
from datetime import datetime

from config.settings import SignIn, TechnicalAccount
from config.vocabulary import (
    AuthenticationLevel,
    MunicipalityCode,
    SessionId,
    technical_subject,
)
from gateway.audit.entry import Code
from gateway.sessions.office import entry_of, handle_hash
from gateway.sessions.session import Session, roles_of
from gateway.sessions.store import SessionStore
from idp.events import Origin

CERTIFICATE, KEY, SECRET = ("x509",), ("pop",), ("pwd",)
"""How it proved itself, as `amr`: RFC 8176 §2, but for the certificate, which it has no word for."""
BY_CERTIFICATE = "x509."
"""How the name of its sign-on begins, then `mark_of` the certificate, and what tells it from others of the same."""
LONGEST_SID = 64  # characters; a long serial number leaves few for what is drawn, and those suffice
NOWHERE = "technical"  # the host of a handle that nobody holds


def certificate_of(session: Session) -> str | None:
    """Mark of the certificate that opened it; None: something else did."""
    sid = session.provider_sid
    return sid.removeprefix(BY_CERTIFICATE).rpartition(".")[0] if sid.startswith(BY_CERTIFICATE) else None


class TechnicalSessions:
    def __init__(self, store: SessionStore, limits: SignIn, name: Callable[[], str]) -> None:
        self._store, self._limits, self._name = store, limits, name

    async def named(self, name: SessionId) -> Session | None:
        found = await self._store.by_ids([name])
        return found[0] if found else None

    async def current(
        self,
        account: TechnicalAccount,
        municipality: MunicipalityCode,
        proof: tuple[str, ...],
        origin: Origin,
        now: datetime,
        certificate: str = "",
    ) -> Session:
        """The one that goes on, or a new one. `certificate`: its mark, where it proved itself by one."""
        begins = f"{BY_CERTIFICATE}{certificate}." if certificate else "technical-"
        subject = technical_subject(account.id)
        for one in await self._store.open_ones(subject):
            same = one.municipality == municipality and one.amr == proof and one.roles == roles_of(account)
            if same and one.provider_sid.startswith(begins) and one.why_over(self._limits, now) is None:
                return one
        session = Session(
            id=SessionId(self._name()),
            subject=subject,
            login=account.id,
            name=account.name,
            provider_sid=f"{begins}{self._name()}"[:LONGEST_SID],
            roles=roles_of(account),
            municipality=municipality,
            generation=1,
            acr=AuthenticationLevel.PASSWORD,  # the weakest: no rule about people's sign-ins is met by a program
            amr=proof,
            authenticated_at=now,
            opened_at=now,
            last_seen_at=now,
            facts_at=now,
            address=origin.address,
            user_agent=origin.user_agent[:256],
        )
        entry = entry_of(
            session,
            Code.SESSION_OPENED,
            now,
            address=origin.address,
            request_id=origin.request_id,
            details={"name": account.name, "owner": account.owner, "host": NOWHERE, "amr": list(proof)},
        )
        nobody = handle_hash(secrets.token_urlsafe(32))
        return await self._store.add(session, nobody, NOWHERE, [entry])
