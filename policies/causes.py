"""Why what was tried does not hold: which policy decides it now, and how otherwise than it says.

One change may break many cases, and one sentence tells of all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from policies.fault import Hole, filled
from policies.model import Permitted, Text, Verdict
from policies.reasons import CS, EN


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict, as far as cases speak of it."""

    reason: str
    """Why it is refused; empty: it is permitted."""
    rule: str
    """The deciding policy; empty: none decides it, so it is refused."""


def decided(verdict: Verdict) -> Decided:
    return Decided("" if isinstance(verdict, Permitted) else verdict.reason, verdict.rule)


def why_broken(now: Decided, titles: Mapping[str, Text], *, permitted: bool) -> Text:
    """`permitted`: whether the case expects that; `titles`: of policies by `@id`, as far as they have any."""
    return filled(WORDS[permitted, not now.reason, bool(now.rule)], {"rule": _named(now.rule, titles)})


def why_ever(rule: str, titles: Mapping[str, Text]) -> Text:
    """Of what must never be permitted."""
    return filled(NEVER, {"rule": _named(rule, titles)})


def _named(rule: str, titles: Mapping[str, Text]) -> Hole:
    title = titles.get(rule)
    return rule if title is None else filled(NAMED, {"title": title, "rule": rule})


NAMED: Text = {CS: "„{title}“ ({rule})", EN: '"{title}" ({rule})'}
NEVER: Text = {
    CS: "Nikdy to nesmí být povoleno, a povoluje to {rule}",
    EN: "It must never be permitted, and is by {rule}",
}
UNREFUSED: Text = {
    CS: "Případy počítají s odmítnutím, a teď to povoluje {rule}",
    EN: "Cases expect a refusal, and now it is permitted by {rule}",
}
UNPERMITTED: Text = {
    CS: "Případy počítají s povolením, a teď to nepovoluje žádné pravidlo",
    EN: "Cases expect a permission, and now no policy permits it",
}
ANOTHER_REASON: Text = {
    CS: "Případy počítají s jiným důvodem odmítnutí, a teď to jen žádné pravidlo nepovoluje",
    EN: "Cases expect another reason of the refusal, and now it is only that no policy permits it",
}
WORDS: Mapping[tuple[bool, bool, bool], Text] = {
    (False, True, True): UNREFUSED,
    (False, True, False): UNREFUSED,
    (True, True, True): {
        CS: "Případy počítají s povolením podle jiného pravidla, a teď to povoluje {rule}",
        EN: "Cases expect another policy to permit it, and now it is permitted by {rule}",
    },
    (True, True, False): UNREFUSED,
    (True, False, True): {
        CS: "Případy počítají s povolením, a teď to zakazuje {rule}",
        EN: "Cases expect a permission, and now it is forbidden by {rule}",
    },
    (True, False, False): UNPERMITTED,
    (False, False, True): {
        CS: "Případy počítají s jiným odmítnutím, a teď to zakazuje {rule}",
        EN: "Cases expect another refusal, and now it is forbidden by {rule}",
    },
    (False, False, False): ANOTHER_REASON,
}
"""By whether it was to be permitted, whether it is, and whether some policy decides it; a permission always has one."""
