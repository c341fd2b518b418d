"""Of which municipalities a text of Cedar may speak although it does not show their code. Pure.

A text in quotes may spell a code by escapes, whatever it is compared with, and a pattern may fit some codes and not
others. In doubt it speaks of them.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cedarpy

from config.vocabulary import MunicipalityCode
from policies.kept_by_text import kept_by_text

REMEMBERED = 1 << 21  # characters of texts; they are looked at twice or more in a row
ESCAPE = "\\"
PATTERN = "like"
WILDCARD = "Wildcard"


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a pattern says between its wildcards; `begins` and `ends`: whether anything may stand before, and behind."""

    text: str
    begins: bool
    ends: bool

    def meets(self, code: str) -> bool:
        """Whether it says anything about some of the characters of a code, and what the code has there."""
        if code in self.text or (self.begins and self.ends and self.text in code):
            return True
        cuts = range(1, min(len(code), len(self.text)) + 1)
        return any(
            (self.begins and code.endswith(self.text[:cut]))
            or (self.ends and code.startswith(self.text[-cut:]))
            for cut in cuts
        )


def spelt(text: str, codes: Iterable[MunicipalityCode]) -> frozenset[MunicipalityCode]:
    """Of policies that Cedar reads. What shows a code as it is, whoever asks sees for themselves."""
    if ESCAPE not in text and PATTERN not in text:
        return frozenset()
    whole, pieces = _said(text)
    return frozenset(code for code in codes if code in whole or any(one.meets(code) for one in pieces))


@kept_by_text(REMEMBERED)
def _said(text: str) -> tuple[str, frozenset[_Piece]]:
    """All that stands in quotes, line by line, and the pieces of patterns."""
    strings: list[str] = []
    pieces: set[_Piece] = set()
    nodes: list[Any] = [json.loads(cedarpy.policies_to_json_str(text))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, str):
            strings.append(node)
        elif isinstance(node, list):
            nodes += node
        elif isinstance(node, dict):
            strings += node
            pieces.update(_pieces(node["pattern"]) if isinstance(node.get("pattern"), list) else ())
            nodes += node.values()
    return "\n".join(strings), frozenset(pieces)


def _pieces(pattern: list[Any]) -> Iterator[_Piece]:
    runs = [""]
    for one in pattern:
        if one == WILDCARD:
            runs.append("")
        elif isinstance(one, dict) and "Literal" in one:
            runs[-1] += str(one["Literal"])
    last = len(runs) - 1
    yield from (_Piece(run, number > 0, number < last) for number, run in enumerate(runs) if run)
