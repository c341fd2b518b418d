"""What is not filled in as it must be where access is to be closed, field by field. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from config.vocabulary import Language, Role
from policies.incidents import LONGEST_REASON, ClosureKind, ClosureUnusable, require_readable
from policies.model import Text
from policies.reasons import CS, EN

FIELDS = ("kind", "role", "application", "municipality", "reason_cs", "reason_en")
TARGET_OF: Mapping[ClosureKind, tuple[str, ...]] = {
    ClosureKind.ROLE: ("role",),
    ClosureKind.APPLICATION: ("application",),
    ClosureKind.MUNICIPALITY: ("municipality",),
    ClosureKind.MUNICIPALITY_APPLICATION: ("municipality", "application"),
}
"""Fields whose values together are the kind's target."""
NO_KIND: Text = {CS: "Vyberte, co se má uzavřít.", EN: "Choose what is to be closed."}
NOT_CHOSEN: Mapping[str, Text] = {
    "role": {CS: "K tomu, co uzavíráte, vyberte roli.", EN: "What you close needs a role: choose one."},
    "application": {
        CS: "K tomu, co uzavíráte, vyberte aplikaci.",
        EN: "What you close needs an application: choose one.",
    },
    "municipality": {
        CS: "K tomu, co uzavíráte, vyberte obec.",
        EN: "What you close needs a municipality: choose one.",
    },
}
NOT_THERE: Text = {CS: "Vyberte z nabídky.", EN: "Choose one of those offered."}
UNREADABLE: Text = {
    CS: f"Napište důvod na jeden řádek, nejvýše {LONGEST_REASON} znaků a bez složených závorek.",
    EN: f"Write why in one line, in {LONGEST_REASON} characters at most, without braces.",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the fields offer."""

    applications: Collection[str]
    municipalities: Collection[str]


def target_of(kind: ClosureKind, entered: Mapping[str, str]) -> str:
    return "/".join(entered[name] for name in TARGET_OF.get(kind, ()))


def faults_in(kind: ClosureKind | None, entered: Mapping[str, str], known: Known) -> dict[str, Text]:
    """By name of the field, in the order of the form; at most one for each."""
    found: dict[str, Text] = {} if kind is not None else {"kind": NO_KIND}
    offered: Mapping[str, Collection[str]] = {
        "role": list(Role),
        "application": known.applications,
        "municipality": known.municipalities,
    }
    for name in TARGET_OF.get(kind, ()) if kind is not None else ():
        if not entered[name]:
            found[name] = NOT_CHOSEN[name]
        elif entered[name] not in offered[name]:
            found[name] = NOT_THERE
    for language in Language:
        try:
            require_readable(entered[f"reason_{language}"].strip(), language)
        except ClosureUnusable:
            found[f"reason_{language}"] = UNREADABLE
    return found
