"""`brana policy apply`: the policies of a folder come into force, by the way of a reload."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import msgspec

from config.problem import ConfigurationRefused
from config.settings import Settings
from gateway.asking import Reloaded, ask_to_reload
from gateway.commands.options import configuration
from gateway.commands.policy_folder import json_option, policy_folder
from gateway.commands.shared_policies import own_texts
from policies.load import CasesBroken
from policies.texts import REGION


@click.command(
    name="apply",
    help="Put the policies of FOLDER in the place of the configuration's, and have the running product take them; "
    "what is refused is put back.",
    short_help="Bring the policies of a folder into force.",
)
@configuration
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def apply(configuration: Path, folder: Path, *, as_json: bool) -> None:
    meant = policy_folder(configuration, folder)
    read, files, problems = meant.read()
    if problems:
        raise ConfigurationRefused(problems)
    if found := meant.broken(read, files):
        raise CasesBroken(found)
    told = brought_into_force(meant.settings, meant.texts())
    if as_json:
        click.echo(msgspec.json.encode(told))
    elif not told.applied:
        click.echo(f"brana: not applied, what was in force stays ({told.reason})\n{told.said}", err=True)
    else:
        before = f"policies now: {told.policies}" if told.policies else "the policies decide as before"
        click.echo("\n".join([before, *([told.said] if told.said else [])]))
    sys.exit(0 if told.applied else 1)


def brought_into_force(settings: Settings, texts: Mapping[str, str]) -> Reloaded:
    """The product records whose it is, and tries them again. Raises NotRunning, NotReached; then all is put back."""
    with _in_place(settings, texts) as keep:
        told = ask_to_reload(settings.state.directory / "run" / "control.sock")
        if told.applied:
            keep()
    return told


@contextlib.contextmanager
def _in_place(settings: Settings, texts: Mapping[str, str]) -> Iterator[Callable[[], object]]:
    """The texts in the files of the configuration; what was there is put back unless it is kept."""
    before = own_texts(settings)
    with contextlib.ExitStack() as undo:
        undo.callback(_write, settings, texts, before)
        _write(settings, before, texts)
        yield undo.pop_all


def _write(settings: Settings, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Each file as a whole; those that are no longer named go last."""
    for name, text in new.items():
        file = _file(settings, name)
        if old.get(name) != text:
            draft = file.with_name(f".{file.name}")
            draft.write_text(text, "utf-8", newline="")
            draft.replace(file)
    for name in old.keys() - new.keys():
        _file(settings, name).unlink(missing_ok=True)


def _file(settings: Settings, name: str) -> Path:
    folder, _, file = name.partition("/")
    return (settings.policies.region if folder == str(REGION) else settings.policies.municipalities) / file
