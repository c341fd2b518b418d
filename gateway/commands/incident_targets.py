"""What an incident closes, as people write it at a terminal and as they are shown it: by names beside identifiers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config.vocabulary import ROLE_TITLES, Language, Role
from gateway.commands.policies_asked import meant, municipality_asked
from gateway.commands.titles_asked import the_one
from policies.incident_named import target_named
from policies.incidents import OF_A_MUNICIPALITY, OF_AN_APPLICATION, Closure, ClosureKind
from policies.reasons import Names

EXAMPLES: Mapping[ClosureKind, tuple[str, str]] = {
    ClosureKind.SUPPLIERS: ("whoever is a supplier anywhere; no TARGET", ""),
    ClosureKind.ROLE: ("a role, by its name or title", '"chief clerk"'),
    ClosureKind.APPLICATION: ("an application, by its id or title", "budget"),
    ClosureKind.MUNICIPALITY: ("a municipality, by its name, code or number", "Hulín"),
    ClosureKind.MUNICIPALITY_APPLICATION: ("both, with a slash between", "Hulín/budget"),
    ClosureKind.ALL_BUT_OFFICERS: ("everybody but security officers and auditors; no TARGET", ""),
    ClosureKind.ABROAD: ("whoever is not known to come from Czechia; no TARGET", ""),
    ClosureKind.TECHNICAL_ACCOUNTS: ("all programs; no TARGET", ""),
}
"""What the target of each kind is, and one that is written so."""
REASONS = '--reason-cs "Prověřujeme únik hesel." --reason-en "We look into leaked passwords."'


def targets_help() -> str:
    """For the help of a command; kept as it is laid out."""
    wide = max(map(len, EXAMPLES))
    lines = [f"  {kind:<{wide}}  {said}" for kind, (said, _) in EXAMPLES.items()]
    shown = [
        f"  brana policy incident close {kind} {example} {REASONS}"
        for kind, (_, example) in EXAMPLES.items()
        if example
    ]
    return "\n".join(["\b", "KIND, and its TARGET:", *lines, "", "\b", "For example:", *shown])


@dataclass(frozen=True, slots=True)
class Targets:
    names: Names

    def asked(self, kind: ClosureKind, written: str) -> str:
        """The target that is meant. What nobody is called stays as it was written: the office refuses it, and
        records that.

        Raises CannotStart where several are called so.
        """
        read = READ.get(kind)
        return read(self, written.strip()) if read is not None else written

    def hint(self, kind: ClosureKind, written: str) -> str:
        """How a target of that kind is written, and which municipality somebody may have meant; empty where it is not
        the target that is wrong.
        """
        if kind not in READ or self._known(kind, self.asked(kind, written)):
            return ""
        near = meant(self.names.district, self._municipality_in(kind, written))
        said = f"TARGET is {EXAMPLES[kind][0]}, such as {EXAMPLES[kind][1]}"
        return f"{said}; {near}" if near else said

    def _known(self, kind: ClosureKind, target: str) -> bool:
        if kind is ClosureKind.ROLE:
            return target in set(Role)
        where, _, what = target.rpartition("/") if kind is not ClosureKind.MUNICIPALITY else (target, "", "")
        there = kind not in OF_A_MUNICIPALITY or where in self.names.district
        return there and (kind not in OF_AN_APPLICATION or what in self.names.applications)

    def _municipality_in(self, kind: ClosureKind, written: str) -> str:
        """Of which it is not known which it is; empty where none has to be, or it is."""
        where = written.partition("/")[0].strip() if kind in OF_A_MUNICIPALITY else ""
        return "" if self.municipality(where) in self.names.district else where

    def named(self, closure: Closure) -> str:
        """`municipality 588491 (Hulín)`."""
        name = self.name_of(closure)
        beside = f" ({name})" if name not in {"", closure.target} else ""
        return f"{closure.kind} {closure.target}{beside}".strip()

    def name_of(self, closure: Closure) -> str:
        """Empty where the target has no name besides itself."""
        return target_named(closure, self.names)[Language.ENGLISH]

    def role(self, written: str) -> str:
        return the_one("role", written, {role.value: title for role, title in ROLE_TITLES.items()})

    def application(self, written: str) -> str:
        return the_one(
            "application", written, {str(one): title for one, title in self.names.applications.items()}
        )

    def municipality(self, written: str) -> str:
        district = self.names.district
        known = district.found(written) or district.called(written)
        return municipality_asked(district, written) if known else written

    def municipality_application(self, written: str) -> str:
        where, slash, what = written.partition("/")
        return f"{self.municipality(where.strip())}{slash}{self.application(what.strip())}"


READ: Mapping[ClosureKind, Callable[[Targets, str], str]] = {
    ClosureKind.ROLE: Targets.role,
    ClosureKind.APPLICATION: Targets.application,
    ClosureKind.MUNICIPALITY: Targets.municipality,
    ClosureKind.MUNICIPALITY_APPLICATION: Targets.municipality_application,
}
