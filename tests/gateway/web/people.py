"""The people of the small office and the headers that the gate would put in for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from joserfc.jwk import ECKey

from config.vocabulary import Action, AuthenticationLevel, MunicipalityCode, Role, SessionId, SubjectId
from gateway.grants.claims import Assertion, Grant
from gateway.grants.sign import GrantSigner
from gateway.sessions.session import Session
from gateway.web.identity import ADMIN, PORTAL

NOW = datetime(2026, 11, 23, 8, 41, 7, tzinfo=UTC)
ISSUER = "https://portal.brana.test"
KROMERIZ, HULIN, KVASICE = MunicipalityCode("588296"), MunicipalityCode("588491"), MunicipalityCode("588644")
MUNICIPALITIES = {KROMERIZ: "Kroměříž", HULIN: "Hulín", KVASICE: "Kvasice"}

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)

KEY = ECKey.generate_key("P-256")
SIGNER = GrantSigner(ECKey.generate_key("P-256"), KEY, ISSUER)

MAYOR = Assertion(
    audience=PORTAL,
    subject=SubjectId("urad:0b6f9a52-6f0e-4f0e-9f0a-5d2f6a1c0001"),
    name="Ing. Marie Nováková",
    login="novakova",
    sid=SessionId("s-this-session-00000001"),
    municipality=HULIN,
    roles=(Role.MAYOR,),
    actions=(Action.READ,),
    acr=AuthenticationLevel.TWO_FACTORS,
    amr=("pwd", "otp"),
    auth_time=NOW - timedelta(minutes=30),
    issued_at=NOW - timedelta(minutes=1),
    expires_at=NOW + timedelta(minutes=4),
)
OFFICER = replace(
    MAYOR,
    audience=ADMIN,
    subject=SubjectId("urad:0b6f9a52-6f0e-4f0e-9f0a-5d2f6a1c0002"),
    name="Bc. Petr Dvořák",
    login="dvorak",
    sid=SessionId("s-officer-session-0001"),
    municipality=KROMERIZ,
    roles=(Role.SECURITY_OFFICER,),
    actions=(Action.READ, Action.ADMINISTER),
    auth_time=NOW - timedelta(minutes=2),
)
"""Has just confirmed who it is."""
AUDITOR = replace(OFFICER, name="Ing. Eva Malá", login="mala", roles=(Role.AUDITOR,), actions=(Action.READ,))


def assertion_header(about: Assertion) -> dict[str, str]:
    """The header that the gate would put in, signed by the product's own signer."""
    grant = Grant(
        id="g", assertion=about, revocation_id=f"{about.sid}.1", epoch="1", own=True, policy_version="1"
    )
    return {"x-brana-assertion": SIGNER.sign(grant).assertion, "x-brana-client-address": "203.0.113.7"}


def session(**changed: object) -> Session:
    """The mayor's, who is a clerk of Kvasice too and acts for Hulín."""
    usual = Session(
        id=MAYOR.sid,
        subject=MAYOR.subject,
        login=MAYOR.login,
        name=MAYOR.name,
        provider_sid="provider-1",
        roles=((HULIN, Role.MAYOR), (KVASICE, Role.CLERK)),
        municipality=HULIN,
        generation=1,
        acr=MAYOR.acr,
        amr=MAYOR.amr,
        authenticated_at=MAYOR.auth_time,
        opened_at=MAYOR.auth_time,
        last_seen_at=NOW,
        facts_at=NOW,
        address="203.0.113.7",
        user_agent=FIREFOX,
    )
    return replace(usual, **changed)
