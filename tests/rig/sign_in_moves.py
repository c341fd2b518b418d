"""What can happen to a sign-in, honest and not, each with what it proves; for walks through the machine.

Jana has an application for codes, a key and recovery codes; Petr has a key of his own; whoever is `bare` has nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from config.vocabulary import AuthenticationLevel
from idp.directory.person import AccountState
from idp.login import flow, key_site, keys, totp
from idp.login.authenticator import Authenticator, AuthenticatorId, Credential, Proof
from idp.login.drawn import Drawn, draw
from idp.login.effects import Record, Tell
from idp.login.enrolment_code import EnrolmentCode
from idp.login.exception import ExceptionId, SignInException
from idp.login.inputs import (
    CodeEntered,
    CodesAskedAgain,
    CodesSaved,
    DirectoryAnswered,
    EnrolmentCodeEntered,
    Input,
    KeyMade,
    KeyShown,
    NewPasswordEntered,
    PasswordChanged,
    PasswordEntered,
    PasswordNotChanged,
    PersonAnswered,
    RecoveryCodeEntered,
    Rejected,
    Stale,
    Unanswered,
)
from idp.login.key_site import Site
from idp.login.refusal import Refusal
from idp.login.spoken_code import new_spoken_code
from idp.login.states import (
    AwaitingEnrolment,
    AwaitingFactor,
    AwaitingNewPassword,
    AwaitingOfficersCode,
    AwaitingPassword,
    AwaitingSaved,
    ChangingPassword,
    CheckingPassword,
    CheckingPerson,
    State,
)
from idp.login.throttle import Exhausted, Scope, Taken
from tests.rig.code_generator import code_at
from tests.rig.people import JANA, JANA_ID, NOON, OPERATOR, PETR_ID, person
from tests.rig.soft_key import UP, SoftKey

SITE = Site("login.obec.test", "https://login.obec.test", "Město Kroměříž")
SECRET = totp.Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
STEP_NOW = int(NOON.timestamp()) // totp.STEP
_, TWO_FACTORS, RESISTANT = AuthenticationLevel
TAKEN = Taken(NOON, ())
SPENT = Exhausted(Scope.ACCOUNT, NOON + timedelta(minutes=3))
KEYS = {
    subject: SoftKey(SITE.origin, SITE.rp_id, owner=key_site.user_handle(subject))
    for subject in (JANA_ID, PETR_ID)
}
EVERYTHING = frozenset({TWO_FACTORS, RESISTANT})
CODE = new_spoken_code()
ISSUED = EnrolmentCode(
    subject=JANA_ID, issued_by=OPERATOR, issued_at=NOON, expires_at=NOON + timedelta(hours=24)
)
EXCEPTION = SignInException(
    id=ExceptionId("e" * 22), subject=JANA_ID, login=JANA.login, reason="rozbitý telefon",
    granted_by=OPERATOR, begins_at=NOON - timedelta(days=1), ends_at=NOON + timedelta(days=1),
)  # fmt: skip
STALE = Stale(JANA, Refusal.PASSWORD_EXPIRED)
MUST_CHANGE = person(state=AccountState.MUST_CHANGE_PASSWORD)
DISABLED = person(state=AccountState.DISABLED)


def holder(subject: Any = JANA_ID, means: Any = None, **changes: Any) -> Authenticator:
    made = Authenticator(
        id=AuthenticatorId("a" * 22), subject=subject, name="Telefon", means=means or totp.Enrolled(SECRET, -1),
        enrolled_at=NOON, proven_by=Proof.OFFICERS_CODE,
    )  # fmt: skip
    return replace(made, **changes)


def _registered(subject: Any) -> Authenticator:
    made = keys.made(KEYS[subject].made(b"c" * 32), b"c" * 32, SITE)
    assert isinstance(made, Credential)
    return holder(subject, made, id=AuthenticatorId("k" * 22), name="Klíč")


OWN, PETRS = _registered(JANA_ID), _registered(PETR_ID)


def challenge_of(state: State) -> bytes:
    return getattr(state, "challenge", b"n" * 32)


def key_shown(
    known: Authenticator | None, drawn: Drawn, response: str, session: Any = None, attempt: Any = TAKEN
) -> KeyShown:
    return KeyShown(response=response, known=known, site=SITE, drawn=drawn, session=session, attempt=attempt)


@dataclass(frozen=True)
class Move:
    make: Callable[[State, Drawn], Input]
    proves: str = ""
    """What an outsider who sees it knows; empty for what proves nothing."""


def _password(attempt: Any, login: str = "novakova.jana", password: str = "tajné") -> Move:
    return Move(
        lambda _, drawn: PasswordEntered(login=login, password=password, attempt=attempt, drawn=drawn)
    )


def _answer(
    answer: Any, proves: str = "", reach: Any = EVERYTHING, exception: Any = None, attempt: Any = TAKEN
) -> Move:
    return Move(
        lambda _, drawn: DirectoryAnswered(
            answer=answer, attempt=attempt, reach=reach, exception=exception, drawn=drawn
        ),
        proves,
    )


def _code(code: Callable[[State], str], proves: str = "", attempt: Any = TAKEN, held: Any = None) -> Move:
    return Move(
        lambda state, drawn: CodeEntered(
            code=code(state),
            attempt=attempt,
            held=(holder(), OWN) if held is None else held,
            session="live",
            drawn=drawn,
        ),
        proves,
    )


def _recovery(proves: str = "", *, unused: bool = True, attempt: Any = TAKEN) -> Move:
    return Move(
        lambda _, drawn: RecoveryCodeEntered(
            code=CODE, attempt=attempt, unused=unused, session="live", drawn=drawn
        ),
        proves,
    )


def _key(known: Authenticator | None, subject: Any = JANA_ID, proves: str = "", **changes: Any) -> Move:
    def make(state: State, drawn: Drawn) -> Input:
        answered = changes.get("challenge") or challenge_of(state)
        more = {name: value for name, value in changes.items() if name not in ("challenge", "attempt")}
        response, attempt = KEYS[subject].shown(answered, **more), changes.get("attempt", TAKEN)
        return key_shown(known, drawn, response, "live", attempt)

    return Move(make, proves)


def _officers(issued: EnrolmentCode | None, proves: str = "", attempt: Any = TAKEN) -> Move:
    return Move(
        lambda _, drawn: EnrolmentCodeEntered(code=CODE, issued=issued, attempt=attempt, drawn=drawn), proves
    )


def _new_key(proves: str = "", *, known: bool = False, attempt: Any = TAKEN, **changes: Any) -> Move:
    def make(state: State, drawn: Drawn) -> Input:
        answered = changes.get("challenge") or challenge_of(state)
        response = SoftKey(SITE.origin, SITE.rp_id).made(answered)
        return KeyMade(
            response=response, attempt=attempt, held=(), known=known, name="Klíč", site=SITE, drawn=drawn
        )

    return Move(make, proves)


def _new_password(attempt: Any = TAKEN, new: str = "nové dlouhé tajemství") -> Move:
    return Move(
        lambda _, drawn: NewPasswordEntered(old="staré", new=new, again=new, attempt=attempt, drawn=drawn)
    )


def _changed(answer: Any, proves: str = "", reach: Any = EVERYTHING, needed: Any = None) -> Move:
    return Move(
        lambda _, drawn: PasswordChanged(answer=answer, reach=reach, needed=needed, drawn=drawn), proves
    )


def _person(answer: Any, proves: str = "", held: Any = (OWN.id,)) -> Move:
    return Move(
        lambda _, drawn: PersonAnswered(answer=answer, held=frozenset(held), drawn=drawn),
        proves,
    )


def _enrolled(state: State) -> frozenset[AuthenticatorId]:
    return frozenset({state.enrolled} if isinstance(state, AwaitingSaved) else ())


def _pending(state: State) -> str:
    secret = state.secret if isinstance(state, AwaitingEnrolment) else SECRET
    return code_at(secret, NOON)


RIGHT = code_at(SECRET, NOON)
MOVES: dict[type, dict[str, Move]] = {
    AwaitingPassword: {
        "password": _password(TAKEN),
        "password, no guess left": _password(SPENT),
        "password, not counted": _password(None),
        "empty password": _password(TAKEN, password=""),
        "passkey": _key(OWN, proves="passkey"),
        "passkey that verified nobody": _key(OWN, proves="key", flags=UP),
        "passkey of an earlier challenge": _key(OWN, challenge=b"x" * 32),
        "passkey signed elsewhere": _key(OWN, origin="https://login.obec.example"),
        "passkey nobody enrolled": _key(None),
        "passkey, no guess left": _key(OWN, attempt=SPENT),
        "passkey that another signed": _key(OWN, PETR_ID, owner=key_site.user_handle(JANA_ID)),
        "passkey that names nobody": _key(OWN, proves="key", owner=b""),
    },
    CheckingPassword: {
        "yes": _answer(JANA, "password"),
        "yes, but stale": _answer(STALE, "password"),
        "yes, must change": _answer(MUST_CHANGE, "password"),
        "yes, excepted": _answer(JANA, "excepted", exception=EXCEPTION),
        "yes, exception over": _answer(JANA, "password", exception=replace(EXCEPTION, ends_at=NOON)),
        "yes, exception ended": _answer(JANA, "password", exception=replace(EXCEPTION, ended_at=NOON)),
        "yes, another's exception": _answer(JANA, "password", exception=replace(EXCEPTION, subject=PETR_ID)),
        "yes, bare": _answer(JANA, "password", reach=frozenset()),
        "yes, code only": _answer(JANA, "password", reach=frozenset({TWO_FACTORS})),
        "yes, no guess left": _answer(JANA, attempt=SPENT),
        "disabled": _answer(DISABLED),
        "no": _answer(Rejected(subject=JANA_ID)),
        "no answer": _answer(Unanswered()),
    },
    CheckingPerson: {
        name: _person(answer, proves)
        for name, answer, proves in (
            ("person", JANA, "account"), ("person, disabled", DISABLED, ""), ("nobody", None, ""),
            ("another person", person(PETR_ID, "svoboda.petr"), ""), ("person, no answer", Unanswered(), ""),
            ("person, must change", MUST_CHANGE, ""),
        )
    } | {"person, key removed": _person(JANA, held=())},
    AwaitingFactor: {
        "code": _code(lambda _: RIGHT, "code"),
        "code, no guess left": _code(lambda _: RIGHT, attempt=SPENT),
        "code used before": _code(
            lambda _: RIGHT, held=(holder(means=totp.Enrolled(SECRET, STEP_NOW + 1)),)
        ),
        "wrong code": _code(lambda _: "000000"),
        "code without an application": _code(lambda _: RIGHT, held=(OWN,)),
        "recovery code": _recovery("recovery"),
        "spent recovery code": _recovery(unused=False),
        "recovery code, no guess left": _recovery(attempt=SPENT),
        "key": _key(OWN, proves="key"),
        "key that verified nobody": _key(OWN, proves="key", flags=UP),
        "key of an earlier challenge": _key(OWN, challenge=b"x" * 32),
        "key, no guess left": _key(OWN, attempt=SPENT),
        "key of another": _key(PETRS, PETR_ID),
        "key for another site": _key(OWN, rp_id="obec.test"),
    },
    AwaitingOfficersCode: {
        "officer's code": _officers(ISSUED, "officer"),
        "officer's code, no guess left": _officers(ISSUED, attempt=SPENT),
        "officer's code of another": _officers(replace(ISSUED, subject=PETR_ID)),
        "officer's code used": _officers(replace(ISSUED, used_at=NOON)),
        "officer's code expired": _officers(replace(ISSUED, expires_at=NOON)),
        "no officer's code": _officers(None),
    },
    AwaitingEnrolment: {
        "first code": _code(_pending, "new code", held=()),
        "first code, no guess left": _code(_pending, attempt=SPENT, held=()),
        "first code, enrolled meanwhile": _code(_pending, held=(OWN,)),
        "wrong first code": _code(lambda _: "000000", held=()),
        "new key": _new_key("new key"),
        "new key of an earlier challenge": _new_key(challenge=b"x" * 32),
        "new key that is known": _new_key(known=True),
        "new key, no guess left": _new_key(attempt=SPENT),
    },
    AwaitingSaved: {
        "saved": Move(lambda state, drawn: CodesSaved(held=_enrolled(state), drawn=drawn)),
        "saved, factor removed": Move(lambda _, drawn: CodesSaved(held=frozenset(), drawn=drawn)),
        "again": Move(lambda state, drawn: CodesAskedAgain(held=_enrolled(state), drawn=drawn)),
        "again, factor removed": Move(lambda _, drawn: CodesAskedAgain(held=frozenset(), drawn=drawn)),
    },
    AwaitingNewPassword: {
        "new password": _new_password(),
        "new password, no guess left": _new_password(SPENT),
        "old password again": _new_password(new="staré"),
        "weak new password": _new_password(None, new="Heslo1234567"),
    },
    ChangingPassword: {
        "changed": _changed(JANA, "changed"),
        "changed, needs two factors": _changed(JANA, "changed", needed=TWO_FACTORS),
        "changed, needs a key": _changed(JANA, "changed", needed=RESISTANT),
        "changed, needs a key and has none": _changed(
            JANA, "changed", needed=RESISTANT, reach=frozenset({TWO_FACTORS})
        ),
        "changed, needs two factors and has none": _changed(
            JANA, "changed", needed=TWO_FACTORS, reach=frozenset()
        ),
        "changed, disabled": _changed(DISABLED),
        "changed, no answer": _changed(Unanswered()),
        "changed, still to be changed": _changed(MUST_CHANGE),
        "not changed": Move(
            lambda _, drawn: PasswordNotChanged(reason=Refusal.NEW_PASSWORD_REFUSED, drawn=drawn)
        ),
        "perhaps changed": Move(
            lambda _, drawn: PasswordNotChanged(reason=Refusal.CHANGE_UNCERTAIN, drawn=drawn)
        ),
        "not changed, wrong": Move(
            lambda _, drawn: PasswordNotChanged(reason=Refusal.OLD_PASSWORD_WRONG, drawn=drawn)
        ),
    },
}  # fmt: skip
ALL_MOVES = {name: move for moves in MOVES.values() for name, move in moves.items()}


def happened(name: str, state: State, drawn: Drawn | None = None) -> Input:
    return ALL_MOVES[name].make(state, drawn or draw())


def told(effects):
    return [effect.reason for effect in effects if isinstance(effect, Tell)]


def recorded(effects):
    return [effect.event for effect in effects if isinstance(effect, Record)]


def of_kind(effects, kind):
    return [effect for effect in effects if isinstance(effect, kind)]


def go(state, *names):
    """The state after these moves, and the effects of the last one."""
    effects = ()
    for name in names:
        state, effects = flow.step(state, happened(name, state), NOON)
    return state, effects


def begun(demanded=None):
    return AwaitingPassword(draw().challenge, demanded)
