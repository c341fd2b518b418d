"""What a grant and an assertion say.

A grant is for the gate alone: a decision that was made once, carried by the browser for minutes. Inside it
travels the assertion, signed by another key, which is all that the application ever sees.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from typing import Any

from config import rests_on
from config.identity import PERSON_CLAIM
from config.vocabulary import (
    NO_DEVICE,
    Action,
    ApplicationId,
    AuthenticationLevel,
    DeviceId,
    MunicipalityCode,
    Role,
    SessionId,
    SubjectId,
)

GRANT_ISSUER = "brana-grant"
GRANT_AUDIENCE = "brana-gate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """Who is asking, as told to one application (RFC 7519). Times are aware, UTC, and said in whole seconds."""

    audience: ApplicationId
    subject: SubjectId
    name: str
    login: str
    sid: SessionId
    municipality: MunicipalityCode
    """Municipality whose resource is asked for; the only one the roles and actions are about."""
    roles: tuple[Role, ...]
    actions: tuple[Action, ...]
    """By routes without a name: what holds for the application as a whole."""
    acr: AuthenticationLevel
    amr: tuple[str, ...]
    auth_time: datetime
    issued_at: datetime
    expires_at: datetime
    routes: tuple[str, ...] = ()
    """What is permitted by named routes, each as `action@name`."""
    device: DeviceId = NO_DEVICE
    """The enrolled one that was shown; told to our own pages alone, which decide further."""

    def claims(self, issuer: str) -> dict[str, Any]:
        return {
            "iss": issuer,
            "aud": self.audience,
            "sub": self.subject,
            "name": self.name,
            "preferred_username": self.login,
            "sid": self.sid,
            "municipality": self.municipality,
            "roles": list(self.roles),
            "actions": list(self.actions),
            **({"routes": list(self.routes)} if self.routes else {}),
            **({"device": self.device} if self.device else {}),
            "acr": self.acr,
            "amr": list(self.amr),
            "auth_time": int(self.auth_time.timestamp()),
            "iat": int(self.issued_at.timestamp()),
            "exp": ceil(self.expires_at.timestamp()),  # told also in the last part of a second
        }

    @classmethod
    def from_claims(cls, claims: dict[str, Any]) -> "Assertion":
        """Raises KeyError, TypeError or ValueError on claims that we did not write."""
        return cls(
            audience=ApplicationId(claims["aud"]),
            subject=SubjectId(claims["sub"]),
            name=claims["name"],
            login=claims["preferred_username"],
            sid=SessionId(claims["sid"]),
            municipality=MunicipalityCode(claims["municipality"]),
            roles=tuple(Role(role) for role in claims["roles"]),
            actions=tuple(Action(action) for action in claims["actions"]),
            routes=tuple(str(word) for word in claims.get("routes", ())),
            device=DeviceId(claims.get("device", "")),
            acr=AuthenticationLevel(claims["acr"]),
            amr=tuple(claims["amr"]),
            auth_time=datetime.fromtimestamp(claims["auth_time"], UTC),
            issued_at=datetime.fromtimestamp(claims["iat"], UTC),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A grant that counts on connections of one device alone."""

    revocation_id: str
    """Of the device, as it was: see `gateway.devices.revocation`."""
    thumbprint: str = ""
    """SHA-256 of the certificate's DER, 64 hexadecimal digits; of a tunnel none."""
    tunnel: str = ""
    """Address of the device in its tunnel, by which alone the grant may come."""

    def confirmation(self) -> dict[str, str]:
        """The claim `cnf` (RFC 8705 §3.1)."""
        if self.tunnel:
            return {"brana-tunnel": self.tunnel}
        digest = urlsafe_b64encode(bytes.fromhex(self.thumbprint)).rstrip(b"=").decode()
        return {"x5t#S256": digest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One permitted (application, municipality, person) for a few minutes."""

    id: str
    """`jti`; names the grant in the audit log."""
    assertion: Assertion
    revocation_id: str
    epoch: str
    own: bool
    """The municipality is the person's active one, so the grant also fits routes that ask for just that."""
    policy_version: str
    rules: Mapping[str, str] = field(default_factory=dict)
    """Granted word (`action`, `action@name`) → the policy that permits it."""
    person: Mapping[str, str] = field(default_factory=dict)
    """What the application is told in plain headers; nothing for most. See gateway/grants/person.py."""
    bound: Bound | None = None
    """To the device that was shown."""

    def gate(self) -> str:
        """The six words the gate compares; in the last of them is, for the log, what it rests on. A seventh names the
        device to which it is bound: a gate of the version before, which compares no certificates, knows no such grant.
        Raises ValueError where one is empty or would be read as two.
        """
        about = self.assertion
        words = (*about.actions, *about.routes)
        rests = rests_on.written(self.id, self.policy_version, words, self.rules)
        actions = "," + ",".join((*words, rests) if words else ("", rests)) + ","
        own = "own" if self.own else "-"
        said = [about.audience, about.municipality, self.revocation_id, self.epoch, own, actions]
        said += [] if self.bound is None else [self.bound.revocation_id]
        if any(word.split() != [word] for word in said):
            raise ValueError(f"a word of the gate is empty or has a space: {said}")
        return " ".join(said)

    def claims(self, signed_assertion: str) -> dict[str, Any]:
        """What the gate reads comes first, in this order: see gateway/envoy/grant.lua."""
        about = self.assertion
        return {
            "iss": GRANT_ISSUER,
            "aud": GRANT_AUDIENCE,
            "exp": int(about.expires_at.timestamp()),
            "gate": self.gate(),
            "assertion": signed_assertion,
            **({} if self.bound is None else {"cnf": self.bound.confirmation()}),
            **({PERSON_CLAIM: dict(self.person)} if self.person else {}),
            "sub": about.subject,
            "sid": about.sid,
            "jti": self.id,
            "iat": int(about.issued_at.timestamp()),
            "acr": about.acr,
            "policy": self.policy_version,
        }
