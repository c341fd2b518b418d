"""What an incident closes is told in a word, in both languages."""

import pytest

from config.vocabulary import Language
from policies.incident_named import target_named, what_named
from policies.incidents import Closure, ClosureKind
from policies.reasons import Names
from tests.policies.world import APPLICATIONS, DISTRICT, NOW

NAMES = Names(DISTRICT, APPLICATIONS)
CS, EN = Language.CZECH, Language.ENGLISH


@pytest.mark.parametrize(
    ("kind", "target", "czech", "english"),
    [
        (ClosureKind.SUPPLIERS, "", "", ""),
        (ClosureKind.ROLE, "chief_clerk", "tajemník", "chief clerk"),
        (ClosureKind.APPLICATION, "budget", "Rozpočet", "Budget"),
        (ClosureKind.APPLICATION, "gone", "gone", "gone"),
        (ClosureKind.MUNICIPALITY, "588491", "Hulín", "Hulín"),
        (ClosureKind.MUNICIPALITY_APPLICATION, "588491/budget", "Rozpočet, Hulín", "Budget, Hulín"),
    ],
)
def test_what_is_closed_is_named_behind_its_kind(
    kind: ClosureKind, target: str, czech: str, english: str
) -> None:
    closure = Closure(kind=kind, target=target, reason={CS: "a", EN: "a"}, by="b", at=NOW)
    assert target_named(closure, NAMES) == {CS: czech, EN: english}
    for language, named in target_named(closure, NAMES).items():
        said = what_named(closure, NAMES)[language]
        assert said.endswith(f": {named}") if named else ":" not in said
