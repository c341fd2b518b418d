"""On what a grant rests, as its text for the gate says it: which decision, by which policies, by which of them what.

It stands at the end of the granted words, as one more that no route asks for: `=<grant>=<version>=<policy>;<policy>…`,
a policy for each granted word, empty where it is that of the word before. So a gate of the version before passes over
it, and a gate of this one reads older grants (docs/decisions/0149-requests-say-what-they-rest-on.md). The gate gives
the log the policy of the word that was asked for, behind the revocation id:
`<revocation id>=<grant>=<version>=<policy>`. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

BEGINS, BETWEEN, WORDS = "=", ";", ","
NOT_SAID = "-"
"""In place of a policy for which there was no room: the line names the grant and the version."""
LONGEST = (
    600  # characters of all policies: browsers keep 4,096 of a cookie, of which these take two thirds more
)
_WORD = re.compile(r"[A-Za-z0-9_-]+")


class Rest(NamedTuple):
    """Empty: it was not said."""

    grant: str = ""
    version: str = ""
    rule: str = ""


NOTHING = Rest()


def written(grant: str, version: str, words: Sequence[str], rules: Mapping[str, str]) -> str:
    """`words`: what is granted, in the order of the text; `rules`: the policy of each. Raises ValueError."""
    said, before, length = [], "", 0
    for word in words:
        rule = rules.get(word, NOT_SAID)
        if rule != before and length + len(rule) > LONGEST:
            rule = NOT_SAID
        said.append("" if rule == before else rule)
        before, length = rule, length + len(said[-1])
    if not all(_WORD.fullmatch(one) for one in (grant, version, *filter(None, said))):
        raise ValueError(
            f"a word of the log has other than letters, digits, `_`, `-`: {grant} {version} {said}"
        )
    return f"{BEGINS}{grant}{BEGINS}{version}{BEGINS}{BETWEEN.join(said)}"


def of_fresh(revocation_id: str) -> tuple[str, Rest]:
    """The revocation id that the gate told the log, and what stands behind it."""
    who, *said = revocation_id.split(BEGINS)
    return who, _rest(*said) if len(said) == len(Rest._fields) else NOTHING


def of_gate(granted: str, asked: str) -> Rest:
    """Of the granted words of a decision's text, for the word that was asked for."""
    words = granted.split(WORDS)
    last = words[-2] if len(words) > 2 else ""
    grant, version, rules = (last.split(BEGINS) + [""] * 3)[1:4] if last.startswith(BEGINS) else ("", "", "")
    rule = ""
    for word, said in zip(words[1:-2], rules.split(BETWEEN), strict=False):
        rule = said or rule
        if word == asked:
            return _rest(grant, version, rule)
    return _rest(grant, version, "")


def _rest(grant: str, version: str, rule: str) -> Rest:
    return Rest(grant, version, "" if rule == NOT_SAID else rule)
