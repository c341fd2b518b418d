"""Texts of a table that people open in a spreadsheet: none is computed. Pure.

Whoever chooses a user agent, a path or a comment would else have it computed on an officer's machine.
"""

import re

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "'"
"""Put before such a cell: spreadsheets then take it as text. It is no part of what was recorded."""
ENDS_A_CELL = re.compile('[;\t\r\n\v\f\x85\u2028\u2029][\\s";]*')
"""For a reader of other separators than ours: spreadsheets of Czech Windows take the semicolon, and to them our quotes
are no bound behind the first. With what such a reader passes over.
"""


def harmless(text: str) -> str:
    """Begins no formula, whatever the spreadsheet takes for the end of a cell. To be quoted as RFC 4180 says."""
    begins = text.lstrip(" ").startswith(BEGINS_A_FORMULA) or text.lstrip().startswith(BEGINS_A_FORMULA)
    return ENDS_A_CELL.sub(_marked, f"{MARK}{text}" if begins else text)


def _marked(end: re.Match[str]) -> str:
    return end[0] + (MARK if end.string.startswith(BEGINS_A_FORMULA, end.end()) else "")
