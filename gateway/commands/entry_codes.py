"""What `--code` takes: a code of the catalogue, told by what was probably meant where it is none."""

import re
from difflib import get_close_matches

import click

from gateway.audit.entry import Code
from gateway.audit.titles import TITLES

PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


class EntryCode(click.ParamType[Code]):
    name = "code"

    def convert(
        self, value: str | Code, param: click.Parameter | None, context: click.Context | None
    ) -> Code:
        try:
            return Code(value)
        except ValueError:
            near = get_close_matches(value, list(Code), n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            self.fail(f"there is no code {value!r}{meant} (`brana audit codes` lists them)", param, context)


def catalogue() -> str:
    """A line for each code: the code and what an entry of it says, with `…` for what differs."""
    width = max(map(len, Code))
    return "\n".join(f"{code:{width}}  {PLACEHOLDER.sub('…', TITLES[code].en)}" for code in sorted(Code))
