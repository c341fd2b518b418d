"""What docs/policies.md says of the JSON that commands about policies write."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs/policies.md"
WORD = re.compile(r"`([a-z_]+)`")


def documented(command: str) -> set[str]:
    """Names of the whole document, or of each of a list."""
    start = f"| `{command}`"
    text = PAGE.read_text("utf-8").partition("### What programs read")[2]
    (row,) = [line for line in text.splitlines() if line.startswith(start)]
    _, _, whole, each, _ = row.split("|")
    return set(WORD.findall(each if "a list of" in whole else whole))


def documented_of_each(command: str, list_: str) -> set[str]:
    """Words of what is said of each of a list of that document."""
    text = PAGE.read_text("utf-8").partition("### What programs read")[2]
    (row,) = [line for line in text.splitlines() if line.startswith(f"| `{command}`")]
    (said,) = [part for part in row.split("|")[3].split("; `") if part.strip(" `").startswith(f"{list_}`:")]
    return set(WORD.findall(said))
