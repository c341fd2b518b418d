"""Sets a Keycloak up as the configuration wants it: reads, decides, and takes the steps. Blocks."""

from collections.abc import Callable
from dataclasses import dataclass

from keycloak import KeycloakAdmin

from idp.keycloak.applying import Applying
from idp.keycloak.difference import Step, difference
from idp.keycloak.errors import KeycloakRefused
from idp.keycloak.office import Office
from idp.keycloak.piece import Kind
from idp.keycloak.server import told
from idp.keycloak.standing import Progress, Standing, read, try_directory
from idp.keycloak.wanted import wanted


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]
    standing: Standing


def plan(admin: KeycloakAdmin, office: Office, progress: Progress) -> Plan:
    """Changes nothing. Raises KeycloakUnusable."""
    with told("read how it is set up", office):
        standing = read(admin, office, progress)
    return Plan(difference(wanted(office), standing.pieces), standing)


def carry_out(admin: KeycloakAdmin, office: Office, plan: Plan, done: Callable[[Step], None]) -> None:
    """`done` hears of each step that was taken. Raises KeycloakUnusable."""
    applying = Applying(admin, office, wanted(office), plan.standing)
    for step in plan.steps:
        with told(f"{step.act.value} {step.key.told}", office):
            applying.take(step)
        done(step)


def check_directories(admin: KeycloakAdmin, office: Office) -> None:
    """Whether the server reaches every directory and is let in. Raises KeycloakUnusable."""
    with told("try the directories", office):
        standing = read(admin, office, lambda _what: None)
        for key, fields in standing.pieces.items():
            if key.kind is not Kind.DIRECTORY:
                continue
            config = {
                name: values[0] for name, values in fields["config"].items() if isinstance(values, list)
            }
            for action, hint in (
                (
                    "testConnection",
                    "let it reach the servers, and put the authority's certificate into its `conf/truststores`",
                ),
                ("testAuthentication", "see that `bind_dn` and `bind_password_file` open the directory"),
            ):
                if not try_directory(admin, office, action, config, standing.ids[key]):
                    raise KeycloakRefused(
                        f"the server does not reach the directory {key.name} ({action})", hint
                    )
