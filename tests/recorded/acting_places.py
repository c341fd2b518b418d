"""Where somebody can change something: every POST of every host, and every command, as the product itself has them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

import click
from aiohttp import web

from gateway.__main__ import brana
from gateway.audit.recomputation import Recomputation
from gateway.commands.control_plane import ControlPlane
from gateway.commands.sockets import officer_rooms, provider_app, web_app
from gateway.commands.state import now
from gateway.web.late_room import LateRoom

READS = frozenset({"GET", "HEAD", "OPTIONS"})


def routes(plane: ControlPlane) -> set[str]:
    """`host path`, hosts by their first label; `*` is every host."""
    return {*_of_pages(plane), *_posts("login", provider_app(plane).router.routes())}


def _of_pages(plane: ControlPlane) -> Iterator[str]:
    recomputation = Recomputation(_nobody, plane.state.record, now)
    app = web_app(plane, lambda: officer_rooms(plane, recomputation))
    for resource in app.router.resources():
        if isinstance(resource, LateRoom):
            label = cast("str", resource._rule.canonical).partition(".")[0]
            yield from (f"{label} {page.path}" for page in resource._pages() if page.method not in READS)
    yield from _posts("", app.router.routes())


def _posts(label: str, found: Iterable[web.AbstractRoute]) -> Iterator[str]:
    for one in found:
        if one.method not in READS and one.resource is not None:
            path = one.resource.canonical
            yield f"{'*' if path.startswith('/.brana/') else label or 'portal'} {path}"


async def _nobody() -> Sequence[str]:
    raise AssertionError


def commands() -> set[str]:
    return {f"brana {' '.join(words)}" for words in _commands(brana, ())}


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name)


def sources(root: Path) -> dict[str, str]:
    """Text of every test, by its path."""
    return {str(one.relative_to(root)): one.read_text("utf-8") for one in root.rglob("*.py")}
