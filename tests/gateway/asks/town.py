"""A town where people ask for things: its people, what its applications offer, and values made short."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from config.settings import Requests, Separation
from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SessionId, SubjectId
from gateway.asks.ask import BEGINS, Ask, AskId, Kind, Signature, Stage
from gateway.asks.separation import Duties
from gateway.asks.wish import Rules, Wish, party
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.same_person import no_others

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
RECORDS, BUDGET, MAP = (ApplicationId(name) for name in ("records", "budget", "map"))
READ, WRITE, SIGN = Action.READ, Action.WRITE, Action.SIGN
OFFERED = {
    RECORDS: frozenset({READ, WRITE, SIGN}),
    BUDGET: frozenset({READ, WRITE, SIGN}),
    MAP: frozenset({READ}),
}


def somebody(number: int, login: str, *roles: Role, where: MunicipalityCode = HULIN) -> Person:
    return Person(
        subject=SubjectId(f"urad:6f1c2f0e-6d7e-4a5e-9a51-{number:012}"),
        login=login,
        name=login.title(),
        mail=f"{login}@obec.test",
        state=AccountState.ACTIVE,
        roles=tuple(RoleHeld(where, role) for role in roles),
    )


JANA = somebody(1, "novakova.jana", Role.CLERK)
PETR = somebody(2, "dvorak.petr", Role.MAYOR)
EVA = somebody(3, "mala.eva", Role.CHIEF_CLERK)
PAVEL = somebody(4, "fiala.pavel", Role.SUPPLIER)
IVO = somebody(5, "bily.ivo", Role.DEPUTY_MAYOR)
MARTIN = somebody(6, "kucera.martin", Role.SECURITY_OFFICER, where=KROMERIZ)
SESSION = SessionId("S" * 22)


def rules(settings: Requests | None = None, *separation: Separation) -> Rules:
    return Rules(
        settings or Requests(),
        Duties.of(separation, no_others),
        lambda name, where: OFFERED.get(name, frozenset()) if where == HULIN else frozenset(),
    )


def wish(kind: Kind = Kind.ACCESS, asker: Person = JANA, **given: Any) -> Wish:
    usual: dict[str, Any] = {
        "municipality": HULIN,
        "session": SESSION,
        "why": "kontrola spisu za kolegyni",
        "application": None if kind is Kind.DELEGATION else RECORDS,
        "actions": frozenset({SIGN}),
        "since": NOW,
        "until": NOW + HOUR,
    }
    return Wish(kind=kind, asker=asker, **(usual | given))


def ask(kind: Kind = Kind.ACCESS, asker: Person = JANA, holder: Person | None = None, **given: Any) -> Ask:
    """As it begins, but for what is given."""
    usual: dict[str, Any] = {
        "id": AskId(f"{kind.value:a<22}"),
        "stage": BEGINS[kind],
        "municipality": HULIN,
        "application": None if kind is Kind.DELEGATION else RECORDS,
        "actions": frozenset() if kind is Kind.DELEGATION else frozenset({SIGN}),
        "since": NOW,
        "until": NOW + HOUR,
        "why": "kontrola spisu za kolegyni",
        "asked_at": NOW,
        "needed": 1 if kind in (Kind.ACCESS, Kind.ORDER) else 0,
        "sponsor": party(EVA) if kind is Kind.ORDER else None,
        "role": Role.MAYOR if kind is Kind.DELEGATION else None,
        "session": SESSION if kind is Kind.PURPOSE else None,
        "review_by": NOW + 2 * DAY if kind is Kind.EMERGENCY else None,
    }
    return Ask(kind=kind, asker=party(asker), holder=party(holder or asker), **(usual | given))


def approved(one: Ask, *by: Person) -> Ask:
    return replace(
        one, stage=Stage.IN_FORCE, approvals=tuple(Signature(party(each), NOW) for each in by or (PETR,))
    )
