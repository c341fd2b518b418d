"""Names that were drawn at random (of sessions, reviews, factors, …) as arguments: one in 64 begins with a hyphen."""

import re
from collections.abc import Sequence

import click

DRAWN = re.compile(r"-(?:[A-Za-z0-9_-]{15}|[A-Za-z0-9_-]{21})")
"""16 characters of base64url, or 22; the first a hyphen."""


class TakesDrawnNames(click.Command):
    """Such a name is no option, and nobody has to write `--` before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        return super().parse_args(ctx, names_last(args, options))


def names_last(words: Sequence[str], options: Sequence[click.Option]) -> list[str]:
    """Names that begin with a hyphen behind a `--`, where nothing is read as an option."""
    known = {name for one in options for name in (*one.opts, *one.secondary_opts)}
    with_value = {name for one in options if not one.is_flag for name in one.opts}
    said = list(words)
    at = said.index("--") if "--" in said else len(said)
    names = {
        place
        for place, word in enumerate(said[:at])
        if DRAWN.fullmatch(word)
        and word not in known
        and (place == 0 or said[place - 1] not in with_value)  # else it is what that option is given
    }
    if not names:
        return said
    rest = [word for place, word in enumerate(said[:at]) if place not in names]
    return [*rest, "--", *(said[place] for place in sorted(names)), *said[at + 1 :]]
