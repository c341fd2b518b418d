"""Under what an outcome of the policies is remembered: all that it rests on, in as few words as tell it apart. Pure.

What lasts is told as it is. The age of a sign-in is another one at each decision, and a policy that says
`context.sign_in.age <= 900` knows but two of them: of such it is told how they compare (policies/comparisons.py).
Whatever else passes with time is remembered nowhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from policies.cedar_json import JSON, written
from policies.comparisons import Comparison, Learnt, Seen, answers
from policies.request import Paths, is_timeless

SIGN_IN = "sign_in"
COMPARED = frozenset({"age", "idle"})
"""Of a sign-in: spans of time that are numbers, which policies compare with numbers."""
Under = tuple[str, Seen]


@dataclass(frozen=True, slots=True)
class Remembered:
    """How the circumstances of one kind of question are told. `compared`: in an order that stays."""

    compared: tuple[Comparison, ...] = ()
    asked_for: tuple[tuple[str, ...], ...] = ()

    def under(self, context: JSON) -> Under:
        """`context`: Cedar's, with what is looked at."""
        if not self.compared and not self.asked_for:
            return written(context), ()
        sign_in = context[SIGN_IN]
        lasting = {name: value for name, value in sign_in.items() if name not in COMPARED}
        there = tuple(name in sign_in for _, name in self.asked_for)
        return written(context | {SIGN_IN: lasting}), (*there, *answers(self.compared, context))


def remembered(looks_at: Paths, learns: Iterable[Learnt]) -> Remembered | None:
    """Of policies that look at these circumstances and can learn that of them; None: their outcome is not kept."""
    passing = frozenset(path for path in looks_at if not is_timeless(frozenset({path})))
    if not passing:
        return Remembered()
    if not all(len(path) == 2 and path[0] == SIGN_IN and path[1] in COMPARED for path in passing):
        return None
    compared, asked_for = set[Comparison](), set[tuple[str, ...]]()
    for one in learns:
        if any(path == read[: len(path)] for path in one.exactly for read in passing):
            return None
        compared |= {each for each in one.compared if not passing.isdisjoint(each.paths)}
        asked_for |= one.asked_for & passing
    return Remembered(tuple(sorted(compared, key=repr)), tuple(sorted(asked_for)))
