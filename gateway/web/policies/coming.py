"""How people come, of whom a matrix speaks: from where and when, as the pages about it let one choose."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import Language, NetworkName
from gateway.web.policies.entered import moment
from policies.matrix import Circumstances
from policies.model import Facts, Text

HOME, ABROAD = "CZ", "XX"
"""Countries: ours, and one that no policy can name (ISO 3166-1 leaves XX to its users)."""
ANYWHERE = ""
NETWORK = "network:"
LONGEST = 40  # characters of a time
ELSEWHERE: Mapping[str, Text] = {
    ANYWHERE: {Language.CZECH: "odkudkoli v Česku", Language.ENGLISH: "from anywhere in Czechia"},
    "abroad": {Language.CZECH: "ze zahraničí", Language.ENGLISH: "from abroad"},
    "unknown": {Language.CZECH: "odkud, není známo", Language.ENGLISH: "from where is not known"},
}


@dataclass(frozen=True, slots=True)
class Coming:
    """`at`: None for now."""

    place: str
    at: datetime | None
    typed: str
    """The time as it was typed."""
    as_open: bool = False
    """As if nothing were closed in an incident."""

    @property
    def query(self) -> dict[str, str]:
        """By which a link leads to the same."""
        return {"from": self.place, "at": self.typed} | ({"open": "1"} if self.as_open else {})

    @property
    def untimely(self) -> bool:
        """Whether what was typed is no time of ours: then nothing is answered."""
        return bool(self.typed) and self.at is None

    def circumstances(self, now: datetime) -> Circumstances:
        if self.place.startswith(NETWORK):
            name = NetworkName(self.place.removeprefix(NETWORK))
            facts = Facts(country=HOME, networks=frozenset({name}))
        else:
            facts = Facts(country={ANYWHERE: HOME, "abroad": ABROAD}.get(self.place))
        return Circumstances(now=self.at or now, facts=facts)


def places(networks: Collection[NetworkName]) -> dict[str, Text]:
    """What there is to choose from."""
    named: dict[str, Text] = {
        f"{NETWORK}{name}": {
            Language.CZECH: f"ze sítě {name}",
            Language.ENGLISH: f"from the network {name}",
        }
        for name in sorted(networks)
    }
    return {**ELSEWHERE, **named}


def coming(query: Mapping[str, str], networks: Collection[NetworkName]) -> Coming:
    """What is none of what can be chosen counts as not chosen."""
    place, typed = query.get("from", ANYWHERE), query.get("at", "").strip()[:LONGEST]
    at = moment(typed)
    there = place if place in places(networks) else ANYWHERE
    return Coming(there, at, typed, as_open=query.get("open") == "1")
