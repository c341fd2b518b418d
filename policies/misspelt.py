"""Which name is meant where Cedar's validator knows an attribute by none."""

import re
from difflib import get_close_matches

from policies.declared import Kind, declared

NOT_FOUND = re.compile(r"attribute `([\w.]+)` (?:in context|on entity type `(\w+)`) not found")


def meant(said: str) -> str | None:
    """`said`: by the validator; the whole path, `context.sign_in.level`. None where nothing resembles it."""
    if (found := NOT_FOUND.search(said)) is None:
        return None
    *way, name = found[1].split(".")
    kinds: tuple[Kind, ...] = (found[2],) if found[2] else declared().variables["context"]
    for step in way:
        kinds = tuple(having[step] for kind in kinds if step in (having := declared().attributes(kind) or {}))
    known = {one for kind in kinds for one in declared().attributes(kind) or ()}
    close = get_close_matches(name, sorted(known), 1)
    return ".".join([*(() if found[2] else ("context",)), *way, close[0]]) if close else None
