"""What a simulation is of, and what a process that runs one says: values that one process gives another."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from config.district import District, Municipality
from config.settings import Settings
from config.vocabulary import ApplicationId
from gateway.audit.own_process import Failure, Progress
from gateway.commands.decisions import titles_of
from gateway.policy_office.incident import Incident, closures
from gateway.storage.audit_decisions import Period
from gateway.storage.place import place_of, place_text
from policies.evaluate import PolicyBook
from policies.incidents import Closure
from policies.load import load
from policies.model import Text
from policies.simulated import Report
from policies.texts import MUNICIPALITIES, REGION, InHand, Texts


@dataclass(frozen=True, slots=True)
class Work:
    """What is replayed against what, in values that another process can be given."""

    database: str
    """`place_text`."""
    municipalities: tuple[Municipality, ...]
    applications: dict[ApplicationId, Text]
    today: dict[str, str]
    draft: dict[str, str]
    """Texts, as `policies.texts` names them."""
    period: Period
    closures: tuple[Closure, ...] = ()
    """What an incident closes at the moment: whatever the policies are, that stays closed."""

    def books(self) -> tuple[PolicyBook, PolicyBook]:
        """Of today and of the draft. Raises PoliciesUnusable."""
        return self._book(self.today), self._book(self.draft)

    def _book(self, texts: Texts) -> PolicyBook:
        district = District(list(self.municipalities))
        return load(
            REGION,
            MUNICIPALITIES,
            district,
            self.applications,
            InHand(texts),
            any_application=True,
            incidents=self.closures,
        )


def work_of(
    settings: Settings,
    district: District,
    today: Texts,
    draft: Texts,
    period: Period,
    incidents: Iterable[Incident] = (),
) -> Work:
    return Work(
        database=place_text(place_of(settings.state)),
        municipalities=tuple(district.values()),
        applications=titles_of(settings),
        today=dict(today),
        draft=dict(draft),
        period=period,
        closures=tuple(closures(incidents, frozenset(district))),
    )


class Result(msgspec.Struct, frozen=True, tag="result"):
    report: Report


class Unusable(msgspec.Struct, frozen=True, tag="unusable"):
    """Policies that cannot be loaded."""

    cause: str


Said = Progress | Failure | Result | Unusable
"""What the process may say in a line."""

understood = msgspec.json.Decoder[Said](Said).decode
work_given = msgspec.json.Decoder(Work).decode


def command(parent: int) -> list[str]:
    """What starts a process that runs one; `parent` is the process that will wait for it."""
    return [sys.executable, "-m", "gateway.commands.simulation_process", str(parent)]
