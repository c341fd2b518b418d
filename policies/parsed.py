"""One statement as Cedar's JSON. Every text that nobody has reviewed yet comes to Cedar through here.

Cedar's parser descends into itself: some hundred brackets within each other end the whole process, for everybody. So
what would take it too deep is found before Cedar reads it, and never reaches it.
"""

import json
from collections import Counter
from typing import Any

import cedarpy

from policies.statements import words

LONGEST = 1 << 16  # characters
DEEPEST = 32  # brackets, and `if`s, within each other; people lose their way in five
MOST = {",": 2_000, ".": 250, "operator": 200}
OPERATORS = frozenset({"&&", "||", "+", "-", "*"})
OPEN, CLOSED = frozenset("([{"), frozenset(")]}")
DEEPEST_JSON = 450  # levels; whoever walks through it takes a step of the stack for each
TOO_DEEP = "too large or too deeply nested for one policy"


class TooDeep(ValueError):
    """Nothing that Cedar, or whoever reads what Cedar made of it, could take."""

    def __init__(self) -> None:
        super().__init__(TOO_DEEP)


def parsed(text: str) -> dict[str, Any]:
    """The document of a set of policies. Raises ValueError: TooDeep, or what Cedar says."""
    require_shallow(text)
    try:
        document: dict[str, Any] = json.loads(cedarpy.policies_to_json_str(text))
    except RecursionError:
        raise TooDeep from None
    if _depth(document) > DEEPEST_JSON:
        raise TooDeep
    return document


def require_shallow(text: str) -> None:
    """Raises TooDeep."""
    if len(text) > LONGEST:
        raise TooDeep
    depth = deepest = choices = 0
    counted: Counter[str] = Counter()
    for word in words(text):
        depth += (word in OPEN) - (word in CLOSED)
        deepest = max(deepest, depth)
        choices += word == "if"
        counted["operator" if word in OPERATORS else word] += 1
    if deepest > DEEPEST or choices > DEEPEST or any(counted[word] > most for word, most in MOST.items()):
        raise TooDeep


def _depth(document: Any) -> int:
    depth, level = 0, [document]
    while level:
        depth += 1
        level = [
            inner
            for node in level
            if isinstance(node, dict | list)
            for inner in (node.values() if isinstance(node, dict) else node)
        ]
    return depth
