"""The part of the provider's book that is about what people agree to."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from config.vocabulary import SubjectId
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros, moment_of
from gateway.storage.tables.identity import (
    access_token,
    authorization_code,
    consent,
    provider_session,
    refresh_family,
)
from idp.oidc.client import ClientId, Scope
from idp.oidc.consent import Consent


class ConsentsBook(KeyedRows):
    """Implements `idp.oidc.consent.Book`."""

    def consent(self, subject: SubjectId, client: ClientId) -> Consent | None:
        row = self._at(consent, subject=subject, client=client)
        return None if row is None else _consent_of(row)

    def consents_of(self, subject: SubjectId) -> list[Consent]:
        mine = select(consent).where(consent.c.subject == subject).order_by(consent.c.client)
        return [_consent_of(row) for row in self._connection.execute(mine)]

    def keep_consent(self, given: Consent) -> None:
        row = {
            "subject": given.subject,
            "client": given.client,
            "scopes": " ".join(sorted(given.scopes)),
            "given_at": micros(given.given_at),
        }
        self._put(consent, row)

    def drop_consent(self, subject: SubjectId, client: ClientId, now: datetime) -> int | None:
        if not self._drop(consent, subject=subject, client=client):
            return None
        theirs = select(provider_session.c.sid).where(provider_session.c.subject == subject)
        _a, _f, _code = access_token.c, refresh_family.c, authorization_code.c
        codes = delete(authorization_code).where(_code.client == client, _code.session.in_(theirs))
        self._connection.execute(codes)  # one that is under way brings nothing any more
        dropped = delete(access_token).where(_a.client == client, _a.session.in_(theirs))
        live = (_f.client == client, _f.session.in_(theirs), _f.withdrawn_at.is_(None))
        ended = update(refresh_family).where(*live).values(withdrawn_at=micros(now))
        return self._connection.execute(dropped).rowcount + self._connection.execute(ended).rowcount


def _consent_of(row: Any) -> Consent:
    known = {scope.value for scope in Scope}  # one that a version after this has means nothing here
    return Consent(
        subject=row.subject,
        client=row.client,
        scopes=frozenset(Scope(one) for one in row.scopes.split() if one in known),
        given_at=moment_of(row.given_at),
    )
