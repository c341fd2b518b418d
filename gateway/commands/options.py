"""Options that several commands take."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from config.vocabulary import Language

configuration = click.option(
    "--config",
    "configuration",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("/etc/brana/brana.toml"),
    envvar="BRANA_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The configuration file.",
)


def language(command: Callable[..., None]) -> Callable[..., None]:
    """Of what is told about policies: as all commands in English, unless somebody wants it as people of the office do.

    Given to the command as a `Language`.
    """

    @wraps(command)
    def with_it(*, language: str, **others: Any) -> None:
        command(language=Language(language), **others)

    return click.option(
        "--language",
        type=click.Choice([one.value for one in Language]),
        default=Language.ENGLISH.value,
        show_default=True,
        help="Of everything that is told, with titles, advice and names.",
    )(with_it)
