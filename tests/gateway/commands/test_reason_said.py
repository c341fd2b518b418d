"""Whatever command has to be told a reason takes none of less than three words, and says what to do."""

from collections.abc import Iterator

import click
import pytest

from gateway.__main__ import brana
from gateway.commands.reason_said import in_words

NAMES = frozenset({"--why", "--reason"})


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def reasons() -> dict[str, click.Option]:
    """Of each command that has to be told one."""
    return {
        name: one
        for name, command in commands(brana)
        for one in command.params
        if isinstance(one, click.Option) and one.required and NAMES & set(one.opts)
    }


def test_there_are_such_commands() -> None:
    assert {"policy roll-back", "policy incident open", "audit hold", "person suspend"} <= reasons().keys()


@pytest.mark.parametrize("short", ["", "zpět", "vracíme zpět", "a . –"])
def test_each_of_them_refuses_less_than_three_words_before_it_does_anything(short: str) -> None:
    for name, one in reasons().items():
        assert one.callback is not None, name
        with pytest.raises(click.BadParameter, match="say why in 3 words at least"):
            one.callback(click.Context(click.Command(name)), one, short)


def test_three_words_are_taken_as_they_are_written() -> None:
    option = click.Option(["--why"])
    assert in_words(click.Context(click.Command("x")), option, "vracíme  to zpět") == "vracíme  to zpět"
