"""Facts of an office that meets what a gateway can meet; each test breaks one of them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from config.settings import (
    Application,
    Audit,
    AuditReceiver,
    Directory,
    Notifications,
    Office,
    Policies,
    Public,
    RoleMapping,
    Route,
    Separation,
    Settings,
    Smtp,
    State,
    TechnicalAccount,
    TechnicalRole,
    Title,
)
from config.settings.witnesses import WitnessSetting
from config.vocabulary import Action, MunicipalityCode, Role, SubjectId
from gateway.access_review.campaign import Campaign, CampaignId, Scope
from gateway.audit.checkpointer import Sealed
from gateway.compliance.facts import Devices, Facts, Verdict, Vouches
from gateway.compliance.report import Made
from idp.events import Actor
from idp.login.exception import ExceptionId, SignInException

NOW = datetime(2026, 11, 23, 8, 41, tzinfo=UTC)
HULIN = MunicipalityCode("588491")
OFFICER = Actor(subject="s", name="Martin Kučera")


def settings(**changed: object) -> Settings:
    made = Settings(
        office=Office(name="Město Kroměříž", district=Path("d.csv"), municipality=HULIN),
        public=Public(domain="brana.test", certificate=Path("c.pem"), key=Path("k.pem")),
        state=State(directory=Path("state")),
        directories=[
            Directory(
                name="kromeriz",
                servers=["ldaps://ldap.test"],
                authority=Path("ca.pem"),
                bind_dn="cn=brana",
                bind_password_file=Path("p"),
                people_base="ou=p",
                groups_base="ou=g",
                roles=[RoleMapping(group="cn=g", role=Role.MAYOR, municipality=HULIN)],
            )
        ],
        policies=Policies(region=Path("r"), municipalities=Path("m"), from_files="propose"),
        audit=Audit(
            receivers=[AuditReceiver(name="siem", kind="syslog", host="siem.test")],
            witnesses=[WitnessSetting(address="https://svedek.test", key="svedek+0+x")],
        ),
        separation=[Separation(roles=[Role.CENTRE_ADMINISTRATOR, Role.AUDITOR])],
        notifications=Notifications(smtp=Smtp(host="mail.test", sender="brana@test")),
        applications=[application()],
        technical_accounts=[program()],
    )
    return replace(made, **changed)


def application(**changed: object) -> Application:
    made = Application(
        id="records",
        title=Title(cs="Spisy", en="Records"),
        description=Title(cs="", en=""),
        host="records",
        upstreams=["https://10.0.0.7:8443"],
        routes=[Route(action=Action.READ)],
    )
    return replace(made, **changed)


def program(**changed: object) -> TechnicalAccount:
    made = TechnicalAccount(
        id="ais",
        name="AIS",
        owner="IT",
        roles=[TechnicalRole(municipality=HULIN, role=Role.MAYOR)],
        ends=date(2027, 6, 30),
    )
    return replace(made, **changed)


def review(
    closed: timedelta | None = timedelta(days=30), deadline: timedelta = timedelta(days=40)
) -> Campaign:
    return Campaign(
        id=CampaignId("0123456789abcdef"),
        municipality=HULIN,
        scope=Scope.ALL,
        application="",
        begun_at=NOW - timedelta(days=60),
        begun_by=OFFICER,
        begun_entry=1,
        deadline=NOW - deadline,
        closed_at=None if closed is None else NOW - closed,
    )


def excepted() -> SignInException:
    return SignInException(
        id=ExceptionId("x"),
        subject=SubjectId("s"),
        login="mala.lucie",
        reason="Ztracený telefon",
        granted_by=OFFICER,
        begins_at=NOW,
        ends_at=NOW + timedelta(days=3),
    )


def facts(**changed: object) -> Facts:
    given: dict[str, object] = {
        "settings": settings(),
        "now": NOW,
        "municipalities": {HULIN: "Hulín"},
        "policies": "7d1f0c",
        "reviews": [review()],
        "recovery": True,
        "verdict": Verdict(whole=True, at=NOW, sequence=7),
        "witnesses": {"svedek": Vouches.COSIGNS},
    }
    return Facts(**given | changed)  # type: ignore[arg-type]


def enrolled(silent: int = 0) -> Facts:
    """An office with seven devices with agents."""
    before = settings()
    on = replace(before, devices=replace(before.devices, enabled=True))
    return facts(settings=on, devices=Devices(in_use=7, managed=5, silent=silent))


def made(**changed: object) -> Made:
    given: dict[str, object] = {
        "at": NOW,
        "by": "Martin Kučera (kucera)",
        "since": NOW - timedelta(days=365),
        "until": NOW,
        "regime": "higher",
        "office": "Město Kroměříž",
        "version": "0.1.0",
        "sealed": Sealed(130, bytes(range(32)), 1_795_423_260_000_000, ""),
        "origin": "brana.test",
    }
    return Made(**given | changed)  # type: ignore[arg-type]
