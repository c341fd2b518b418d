"""Events of the identity provider as entries of the log. Total: the type check refuses a forgotten event."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from config.vocabulary import SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from idp import events
from idp.events import Actor, EndReason, Event

PERSON_MAX = 64  # characters of a typed login that are kept
ENDED_BY_PERSON = frozenset(
    {EndReason.SIGNED_OUT, EndReason.SIGNED_OUT_EVERYWHERE, EndReason.SIGNED_OUT_ELSEWHERE}
)
WHY_MAX = 200  # characters of a reason


def entry_of(event: Event) -> Entry:  # noqa: C901, PLR0911, PLR0912, PLR0915 - one arm for each event
    match event:
        case events.SignInStarted(client=client, known_to=known, displaced=displaced):
            place = {"displaced": True} if displaced else {}
            begun = _entry(event, Code.SIGN_IN_STARTED, **_known_to(known), **place)
            return replace(begun, application=client)
        case events.SignInNotBegun(client=client, known_to=known, reason=reason):
            refused = _refused(event, Code.SIGN_IN_NOT_BEGUN, reason, **_known_to(known))
            return replace(refused, application=client)
        case events.SignOutRefused(session=session, reason=reason):
            return replace(_refused(event, Code.SIGN_OUT_REFUSED, reason), session=session)
        case events.PasswordAccepted():
            return _entry(event, Code.SIGN_IN_PASSWORD_ACCEPTED)
        case events.PasswordRefused(reason=reason):
            return _refused(event, Code.SIGN_IN_PASSWORD_REFUSED, reason)
        case events.CodeAccepted(factor=factor, name=name):
            return _entry(event, Code.SIGN_IN_CODE_ACCEPTED, factor=factor.value, **_named(name))
        case events.CodeRefused(reason=reason, factor=factor):
            return _refused(event, Code.SIGN_IN_CODE_REFUSED, reason, factor=factor.value)
        case events.KeyRefused(reason=reason):
            return _refused(event, Code.SIGN_IN_KEY_REFUSED, reason)
        case events.ExceptionUsed(until=until, granted_by=by):
            return _entry(event, Code.SIGN_IN_BY_EXCEPTION, until=until.isoformat(), **_granted(by))
        case events.PasswordChanged():
            return _entry(event, Code.SIGN_IN_PASSWORD_CHANGED)
        case events.PasswordChangeBegun():
            return _entry(event, Code.SIGN_IN_PASSWORD_CHANGING)
        case events.PasswordChangeUnknown(began_at=moment):
            return _entry(event, Code.SIGN_IN_PASSWORD_UNCERTAIN, began_at=moment.isoformat())
        case events.PasswordChangeRefused(reason=reason):
            return _refused(event, Code.SIGN_IN_PASSWORD_NOT_CHANGED, reason)
        case events.EnrolmentCodeIssued(by=by, until=until):
            return _entry(event, Code.ENROLMENT_CODE_ISSUED, **_by(by), until=until.isoformat())
        case events.EnrolmentCodeUsed(issued_by=by):
            return _entry(event, Code.ENROLMENT_CODE_USED, **_by(by))
        case events.EnrolmentCodeRefused(reason=reason):
            return _refused(event, Code.ENROLMENT_CODE_REFUSED, reason)
        case events.RecoveryCodesMade(number=number, counts_from=moment):
            return _entry(event, Code.RECOVERY_CODES_MADE, number=number, **_counting(moment))
        case events.ExceptionGranted(by=by, why=why, until=until):
            said = printable(why, WHY_MAX)
            return _entry(event, Code.EXCEPTION_GRANTED, **_by(by), why=said, until=until.isoformat())
        case events.ExceptionEnded(by=by):
            return _entry(event, Code.EXCEPTION_ENDED, **_by(by))
        case events.BlockLifted(by=by, why=why):
            return _entry(event, Code.BLOCK_LIFTED, **_by(by), why=printable(why, WHY_MAX))
        case events.Throttled(reason=reason, until=until):
            return _refused(event, Code.SIGN_IN_THROTTLED, reason, until=until.isoformat())
        case events.FactorEnrolled(factor=factor, name=name, proof=proof, counts_from=moment):
            more = {**_named(name), "proof": proof, **_counting(moment)}
            return _entry(event, Code.FACTOR_ENROLLED, factor=factor.value, **more)
        case events.FactorRenamed(factor=factor, name=name, before=before):
            was = {"before": printable(before, PERSON_MAX)} if before else {}
            return _entry(event, Code.FACTOR_RENAMED, factor=factor.value, **was, **_named(name))
        case events.FactorChangeRefused(reason=reason):
            return _refused(event, Code.FACTOR_CHANGE_REFUSED, reason)
        case events.FactorRemoved(factor=factor, name=name, by=by, why=why):
            more = {**_by(by), **({"why": printable(why, WHY_MAX)} if why else {}), **_named(name)}
            return _entry(event, Code.FACTOR_REMOVED, factor=factor.value, **more)
        case events.SignInCompleted(session=session, level=level, methods=methods):
            whence = {"standing_in": list(event.standing_in), "pushed": list(event.pushed)}
            further = {name: told for name, told in whence.items() if told}
            completed = _entry(event, Code.SIGN_IN_COMPLETED, acr=level.value, amr=list(methods), **further)
            return replace(completed, session=session)
        case events.NewDeviceMet(session=session):
            return replace(_entry(event, Code.NEW_DEVICE), session=session)
        case events.NewDeviceOwned(session=session, device_address=address):
            return replace(_entry(event, Code.NEW_DEVICE_OWNED, device_address=address), session=session)
        case events.NewDeviceDisowned(session=session, device_address=address):
            return replace(_entry(event, Code.NEW_DEVICE_DISOWNED, device_address=address), session=session)
        case events.SignInFailed(reason=reason):
            return _refused(event, Code.SIGN_IN_FAILED, reason)
        case events.SessionEnded(session=session, reason=reason, by=by):
            code = Code.SIGN_OUT if reason in ENDED_BY_PERSON else Code.SESSION_ENDED
            who = _by(by) if by is not None else {}
            return replace(_entry(event, code, **who), session=session, reason=reason.value)
        case events.AuthorizationGranted(session=session, client=client, rule=rule, policy_version=version):
            issued = replace(_entry(event, Code.CODE_ISSUED), session=session, application=client)
            return replace(issued, rule=rule, policy_version=version)
        case events.AuthorizationRefused(client=client, reason=reason):
            return replace(_refused(event, Code.CODE_REFUSED, reason), application=client)
        case events.AssertionIssued(session=session, client=client, rule=rule, policy_version=version):
            issued = replace(_entry(event, Code.SAML_ASSERTION_ISSUED), session=session, application=client)
            return replace(issued, rule=rule, policy_version=version)
        case events.SamlRequestRefused(client=client, reason=reason):
            refused = _refused(event, Code.SAML_REQUEST_REFUSED, reason)
            return replace(refused, application=client)
        case events.TokenIssued(session=session, client=client, refreshed=refreshed):
            how = {"refreshed": True} if refreshed else {}
            return replace(_entry(event, Code.TOKEN_ISSUED, **how), session=session, application=client)
        case events.TokenRefused(client=client, reason=reason, revoked=revoked):
            return replace(_refused(event, Code.TOKEN_REFUSED, reason, revoked=revoked), application=client)
        case events.TokenRevoked(session=session, client=client, revoked=revoked):
            given_back = _entry(event, Code.TOKEN_REVOKED, revoked=revoked)
            return replace(given_back, session=session, application=client)
        case events.ConsentGiven(session=session, client=client, scopes=scopes):
            agreed = _entry(event, Code.CONSENT_GIVEN, consented=list(scopes))
            return replace(agreed, session=session, application=client)
        case events.ConsentRefused(session=session, client=client, reason=reason):
            not_agreed = _refused(event, Code.CONSENT_REFUSED, reason)
            return replace(not_agreed, session=session, application=client)
        case events.ConsentWithdrawn(session=session, client=client, revoked=revoked):
            taken_back = _entry(event, Code.CONSENT_WITHDRAWN, revoked=revoked)
            return replace(taken_back, session=session, application=client)
        case events.ClientRefused(client=client, reason=reason, endpoint=endpoint):
            return replace(
                _refused(event, Code.CLIENT_REFUSED, reason, endpoint=endpoint), application=client
            )
        case events.DeviceAuthorizationAsked(client=client):
            return replace(_entry(event, Code.DEVICE_AUTHORIZATION_ASKED), application=client)
        case events.DeviceAuthorizationAllowed(
            session=session, client=client, asked_from=place, rule=rule, policy_version=version
        ):
            allowed = _entry(
                event, Code.DEVICE_AUTHORIZATION_ALLOWED, program_address=printable(place, PERSON_MAX)
            )
            return replace(allowed, session=session, application=client, rule=rule, policy_version=version)
        case events.DeviceAuthorizationRefused(
            session=session, client=client, asked_from=place, reason=reason
        ):
            asked_from = {"program_address": printable(place, PERSON_MAX)} if place else {}
            denied = _refused(event, Code.DEVICE_AUTHORIZATION_REFUSED, reason, **asked_from)
            return replace(denied, session=session, application=client)
        case events.RefreshTokenMisused(
            session=session, client=client, shown_by=other, reason=reason, revoked=revoked
        ):
            misused = _refused(event, Code.REFRESH_TOKEN_MISUSED, reason, shown_by=other, revoked=revoked)
            return replace(misused, session=session, application=client)
        case events.RecoveryIssued(account=account, by=by, second_factor=twice, replaced=replaced):
            return _entry(
                event, Code.RECOVERY_ISSUED, account=account, by=by, second_factor=twice, replaced=replaced
            )
        case events.RecoveryRevoked(account=account, by=by):
            return _entry(event, Code.RECOVERY_REVOKED, account=account, by=by)
        case events.RecoveryUsed(account=account, session=session, level=level, methods=methods):
            used = _entry(event, Code.RECOVERY_USED, account=account, acr=level.value, amr=list(methods))
            return replace(used, session=session)
        case events.RecoveryRefused(account=account, reason=reason):
            return _refused(event, Code.RECOVERY_REFUSED, reason, account=account)
        case events.UpstreamAccepted(provider=provider, identity=identity, trusted=trusted, said=said):
            believed = {"upstream_trusted": True} if trusted else {}
            told = {"upstream_said": [printable(one, WHY_MAX) for one in said]} if said else {}
            who = _upstream(provider, identity)
            return _entry(event, Code.SIGN_IN_UPSTREAM_ACCEPTED, **who, **believed, **told)
        case events.UpstreamNotLinked(provider=provider, identity=identity):
            return _entry(event, Code.SIGN_IN_UPSTREAM_NOT_LINKED, **_upstream(provider, identity))
        case events.UpstreamRefused(provider=provider, reason=reason):
            return _refused(
                event, Code.SIGN_IN_UPSTREAM_REFUSED, reason, upstream=printable(provider, PERSON_MAX)
            )
        case events.UpstreamLinked(provider=provider, identity=identity, session=session):
            return replace(
                _entry(event, Code.UPSTREAM_LINKED, **_upstream(provider, identity)), session=session
            )
        case events.UpstreamUnlinked(provider=provider, identity=identity, by=by, why=why):
            more = {**_by(by), **({"why": printable(why, WHY_MAX)} if why else {})}
            return _entry(event, Code.UPSTREAM_UNLINKED, **_upstream(provider, identity), **more)
        case events.UpstreamSignedOut(provider=provider, sessions=ended):
            return _entry(
                event, Code.UPSTREAM_SIGNED_OUT, upstream=printable(provider, PERSON_MAX), ended=ended
            )
        case events.UpstreamSignOutRefused(provider=provider, reason=reason):
            named = printable(provider, PERSON_MAX)
            return _refused(event, Code.UPSTREAM_SIGN_OUT_REFUSED, reason, upstream=named)
        case events.ProgramSecretIssued(secret=secret, by=by):
            return _entry(event, Code.TECHNICAL_SECRET_ISSUED, secret=secret, **_by(by))
        case events.ProgramSecretRevoked(secret=secret, by=by):
            return _entry(event, Code.TECHNICAL_SECRET_REVOKED, secret=secret, **_by(by))
        case _:
            assert_never(event)


def _entry(event: Event, code: Code, **details: str | int | list[str]) -> Entry:
    origin = event.origin
    agent = {"user_agent": printable(origin.user_agent, 200)} if origin.user_agent else {}
    device = {"device": origin.device} if origin.device else {}
    return Entry(
        code=code,
        outcome=Outcome.SUCCESS,
        at=event.at,
        subject=event.subject,
        person=printable(event.person, PERSON_MAX),
        address=printable(origin.address, PERSON_MAX),
        request_id=printable(origin.request_id, PERSON_MAX),
        details={**agent, **device, **details},
    )


def _by(actor: Actor) -> dict[str, str]:
    """Who did it, as people know them and for ever."""
    subject = {"by_subject": actor.subject} if actor.subject else {}
    return {"by": printable(actor.name, WHY_MAX), **subject}


def _known_to(subject: SubjectId | None) -> dict[str, str]:
    """Whose browser it is. Not the entry's subject: nobody has shown yet who is there."""
    return {"browser_of_subject": subject} if subject is not None else {}


def _upstream(provider: str, identity: str) -> dict[str, str]:
    """Which provider, and whom it means."""
    return {"upstream": printable(provider, PERSON_MAX), "upstream_identity": printable(identity, WHY_MAX)}


def _granted(by: Actor) -> dict[str, str]:
    """Whose leave it rests on."""
    subject = {"granted_by_subject": by.subject} if by.subject else {}
    return {"granted_by": printable(by.name, WHY_MAX), **subject}


def _counting(moment: datetime | None) -> dict[str, str]:
    """From when it counts in full, where that is not at once."""
    return {"counts_from": moment.isoformat()} if moment is not None else {}


def _named(name: str) -> dict[str, str]:
    """What the authenticator is called; recovery codes have no name."""
    return {"authenticator": printable(name, PERSON_MAX)} if name else {}


def _refused(event: Event, code: Code, reason: str, **details: str | int) -> Entry:
    return replace(_entry(event, code, **details), outcome=Outcome.REFUSED, reason=str(reason))


def printable(text: str, limit: int) -> str:
    """What people typed, cut, without what could forge a line or steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text[:limit])
