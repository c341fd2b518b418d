"""How people sign in at the realm: password, then always a second factor; a key where that is asked for. Pure.

The flow lies in one of two places, so that a new one is whole before it takes the other's: a realm is never without.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from idp.keycloak.office import LEVELS, Office, seconds
from idp.keycloak.piece import Fields, Key, Kind

NAME = "two factors"
PLACES = ("brana-a", "brana-b")
"""Aliases of the flow; those of what is inside begin with it and a hyphen."""
SUBFLOW = "flow:"


@dataclass(frozen=True, slots=True)
class Execution:
    depth: int
    what: str
    """Name of Keycloak's authenticator, or `flow:` and the name of what is inside."""
    requirement: str
    config: tuple[tuple[str, str], ...] = field(default=())

    @property
    def subflow(self) -> str | None:
        return self.what.removeprefix(SUBFLOW) if self.what.startswith(SUBFLOW) else None

    @property
    def told(self) -> str:
        said = " ".join(f"{name}={value}" for name, value in sorted(self.config))
        return f"{self.depth} {self.what} {self.requirement} {said}".strip()


def executions(office: Office) -> tuple[Execution, ...]:
    """In their order; what is deeper is inside of the last flow before it that is less deep."""
    lasting = str(seconds(office.sign_in.absolute))

    def level(name: str) -> tuple[tuple[str, str], ...]:
        return (("loa-condition-level", str(LEVELS[name])), ("loa-max-age", lasting))

    return (
        Execution(0, "auth-cookie", "ALTERNATIVE"),
        Execution(0, "flow:forms", "ALTERNATIVE"),
        # the lowest level there is: no question of a client leads around it
        Execution(1, "flow:level-2", "CONDITIONAL"),
        Execution(2, "conditional-level-of-authentication", "REQUIRED", level("two-factors")),
        Execution(2, "auth-username-password-form", "REQUIRED"),
        *_second(office),
        Execution(1, "flow:level-3", "CONDITIONAL"),
        Execution(2, "conditional-level-of-authentication", "REQUIRED", level("phishing-resistant")),
        # an alternative, as what is required is set up on the way where somebody has none
        Execution(2, "flow:key", "REQUIRED"),
        Execution(3, "webauthn-authenticator", "ALTERNATIVE"),
    )


def _second(office: Office) -> Iterator[Execution]:
    factors = (
        Execution(3, "auth-otp-form", "ALTERNATIVE"),
        Execution(3, "webauthn-authenticator", "ALTERNATIVE"),
    )
    if office.keycloak.first_factor == "by-administrator":
        yield Execution(2, "flow:factor", "REQUIRED")
        yield from factors
        return
    yield Execution(2, "flow:factor", "CONDITIONAL")
    yield Execution(3, "conditional-user-configured", "REQUIRED")
    yield from factors
    yield Execution(2, "flow:first-factor", "CONDITIONAL")
    checked = (("check_result", "not-executed"), ("flow_to_check", "factor"))
    yield Execution(3, "conditional-sub-flow-executed", "REQUIRED", checked)
    yield Execution(3, "auth-otp-form", "REQUIRED")


def flow(office: Office) -> Iterator[tuple[Key, Fields]]:
    yield Key(Kind.FLOW, NAME), told(executions(office))


def told(steps: tuple[Execution, ...]) -> Fields:
    """As it is compared: by place, as the order counts."""
    return {"steps": {f"{number:02}": step.told for number, step in enumerate(steps, 1)}, "further": 0}
