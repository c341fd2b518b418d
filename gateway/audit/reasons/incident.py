"""Names of the reasons of what the incident switch closes: when it is open again, the log still has them."""

from config.settings import Title
from config.vocabulary import Language
from gateway.audit.named import Group
from policies.incident_words import KIND_WORDS
from policies.incidents import ClosureKind

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Uzavřeno při incidentu", en="Closed in an incident"),
        {
            kind.reason: Title(
                cs=KIND_WORDS[kind].log[Language.CZECH], en=KIND_WORDS[kind].log[Language.ENGLISH]
            )
            for kind in ClosureKind
        },
    ),
)
