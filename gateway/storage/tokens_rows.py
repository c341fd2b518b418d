"""Rows of codes and tokens, and the values they stand for."""

import json
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from config.vocabulary import SessionId, SubjectId
from gateway.storage.moment import micros, micros_or_none, moment_of, moment_or_none
from idp.login.handle import HandleHash
from idp.oidc import claims_request
from idp.oidc.book import AccessToken, Code, DeviceGrant, RefreshFamily
from idp.oidc.claims_request import NOTHING_MORE, ClaimsRequest
from idp.oidc.client import USUAL, ClientId, Scope
from idp.oidc.pushed import Pushed

Values = dict[str, Any]


def code_row(code: Code) -> Values:
    return {
        "hash": code.hash,
        "session": code.session,
        "client": code.client,
        "redirect_uri": code.redirect_uri,
        "challenge": code.challenge,
        "nonce": code.nonce,
        **_asked(code.scopes, code.claims),
        "expires_at": micros(code.expires_at),
        "used_at": micros_or_none(code.used_at),
        "refresh": code.refresh,
        "jkt": code.jkt,
    }


def code_of(row: Row[Any]) -> Code:
    return Code(
        hash=HandleHash(row.hash),
        session=SessionId(row.session),
        client=ClientId(row.client),
        redirect_uri=row.redirect_uri,
        challenge=row.challenge,
        nonce=row.nonce,
        scopes=_scopes(row),
        claims=_claims(row),
        expires_at=moment_of(row.expires_at),
        used_at=moment_or_none(row.used_at),
        refresh=bool(row.refresh),
        jkt=row.jkt,
    )


def token_row(token: AccessToken) -> Values:
    return {
        "hash": token.hash,
        "code": token.code,
        "session": token.session,
        "client": token.client,
        **_asked(token.scopes, token.claims),
        "expires_at": micros(token.expires_at),
        "jkt": token.jkt,
        "x5t": token.x5t,
    }


def token_of(row: Row[Any]) -> AccessToken:
    return AccessToken(
        hash=HandleHash(row.hash),
        code=HandleHash(row.code),
        session=SessionId(row.session),
        client=ClientId(row.client),
        scopes=_scopes(row),
        claims=_claims(row),
        expires_at=moment_of(row.expires_at),
        jkt=row.jkt,
        x5t=row.x5t,
    )


def family_row(family: RefreshFamily) -> Values:
    return {
        "name": family.name,
        "secret": family.secret,
        "code": family.code,
        "session": family.session,
        "client": family.client,
        **_asked(family.scopes, family.claims),
        "expires_at": micros(family.expires_at),
        "ends_at": micros(family.ends_at),
        "withdrawn_at": micros_or_none(family.withdrawn_at),
        "jkt": family.jkt,
        "x5t": family.x5t,
    }


def family_of(row: Row[Any]) -> RefreshFamily:
    return RefreshFamily(
        name=HandleHash(row.name),
        secret=HandleHash(row.secret),
        code=HandleHash(row.code),
        session=SessionId(row.session),
        client=ClientId(row.client),
        scopes=_scopes(row),
        claims=_claims(row),
        expires_at=moment_of(row.expires_at),
        ends_at=moment_of(row.ends_at),
        withdrawn_at=moment_or_none(row.withdrawn_at),
        jkt=row.jkt,
        x5t=row.x5t,
    )


def pushed_row(pushed: Pushed) -> Values:
    return {
        "name": pushed.name,
        "client": pushed.client,
        "asked": pushed.asked,
        "expires_at": micros(pushed.expires_at),
        "used_at": micros_or_none(pushed.used_at),
    }


def pushed_of(row: Row[Any]) -> Pushed:
    return Pushed(
        name=HandleHash(row.name),
        client=ClientId(row.client),
        asked=row.asked,
        expires_at=moment_of(row.expires_at),
        used_at=moment_or_none(row.used_at),
    )


def _asked(scopes: Iterable[Scope], claims: ClaimsRequest) -> Values:
    """A version before reads no scope that it does not know: those stand beside the claims, which it leaves alone."""
    later = [scope.value for scope in scopes if scope not in USUAL]
    text = claims_request.written(claims)
    more = {"scopes": later} if later else {}
    kept = {**more, **(json.loads(text) if text else {})}
    return {
        "scopes": " ".join(scope for scope in scopes if scope in USUAL),
        "claims": json.dumps(kept) if kept else None,
    }


def device_grant_row(grant: DeviceGrant) -> Values:
    return {
        "hash": grant.hash,
        "user_code": grant.user_code,
        "client": grant.client,
        "scopes": " ".join(grant.scopes),
        "refresh": grant.refresh,
        "address": grant.address,
        "user_agent": grant.user_agent,
        "asked_at": micros(grant.asked_at),
        "expires_at": micros(grant.expires_at),
        "wait": grant.interval // timedelta(microseconds=1),
        "polled_at": micros_or_none(grant.polled_at),
        "subject": grant.subject,
        "answered_at": micros_or_none(grant.answered_at),
        "session": grant.session,
        "used_at": micros_or_none(grant.used_at),
    }


def device_grant_of(row: Row[Any]) -> DeviceGrant:
    return DeviceGrant(
        hash=HandleHash(row.hash),
        user_code=HandleHash(row.user_code),
        client=ClientId(row.client),
        scopes=_known(set(row.scopes.split())),
        refresh=bool(row.refresh),
        address=row.address,
        user_agent=row.user_agent,
        asked_at=moment_of(row.asked_at),
        expires_at=moment_of(row.expires_at),
        interval=timedelta(microseconds=row.wait),
        polled_at=moment_or_none(row.polled_at),
        subject=None if row.subject is None else SubjectId(row.subject),
        answered_at=moment_or_none(row.answered_at),
        session=None if row.session is None else SessionId(row.session),
        used_at=moment_or_none(row.used_at),
    )


def _scopes(row: Row[Any]) -> tuple[Scope, ...]:
    return _known({*row.scopes.split(), *(json.loads(row.claims).get("scopes", ()) if row.claims else ())})


def _known(words: Collection[str]) -> tuple[Scope, ...]:
    """Without those that a node of a later version gives, and we could not tell anything by."""
    return tuple(scope for scope in Scope if scope in words)


def _claims(row: Row[Any]) -> ClaimsRequest:
    return (claims_request.read(row.claims) if row.claims else None) or NOTHING_MORE
