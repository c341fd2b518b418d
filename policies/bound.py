"""How much one text of policies may hold: counted in one look, before anything else reads it. Pure.

What a municipality has of its own comes beside the region's policies. The whole library, with all the rules that an
office needs, is 48 policies in 1,000 lines of 30,000 characters: the bound is four times that and more, and what has
to read it, for a page or a check, is done within moments, whatever stands in it. How deep a policy may nest is told
where Cedar is about to read it (`policies.parsed`).
"""

from policies import review_words as words
from policies.fault import Fault
from policies.statements import split

LARGEST = 1 << 17  # characters; as of a file of cases
MOST_LINES = 10_000
MOST_OWN = 500
"""Policies; every decision looks at all of a municipality, and so does everybody who reads them."""


def too_much(text: str) -> Fault | None:
    """Why it is more than anybody could read."""
    if len(text) > LARGEST:
        return words.TOO_LONG.of(most=LARGEST)
    if text.count("\n") > MOST_LINES:
        return words.TOO_MANY_LINES.of(most=MOST_LINES)
    if (count := len(split(text))) > MOST_OWN:
        return words.TOO_MANY.of(count=count, most=MOST_OWN)
    return None
