"""No page and no command changes anything without an entry, or without a sentence here that says why none is due."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import open_state
from gateway.commands.tunnelling import tunnels_of
from tests.recorded.acting_places import commands, routes, sources
from tests.recorded.acts import COMMANDS, ROUTES, Recorded
from tests.recorded.looked_for import looked_for, naming
from tests.recorded.shown import SHOWN
from tests.rig.installation import install

TESTS = {
    name: text
    for name, text in sources(Path(__file__).parents[1]).items()
    if not name.startswith(Path(__file__).parent.name)
}


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[ControlPlane]:
    configuration = install(tmp_path / "i").configuration
    with configuration.open("a", encoding="utf-8") as more:
        more.write('\n[tunnels]\nendpoint = "tunnel.example"\n')
    state = open_state(configuration)
    made = ControlPlane(state)
    tunnels_of(made)
    yield made
    await made.close()
    state.database.close()


@pytest.mark.real
async def test_every_page_that_changes_something_stands_in_the_table(plane: ControlPlane) -> None:
    assert routes(plane) == ROUTES.keys(), "say in tests/recorded/acts.py what it records, or why nothing"


def test_every_command_stands_in_the_table() -> None:
    assert commands() == COMMANDS.keys(), "say in tests/recorded/acts.py what it records, or why nothing"


ROWS = {**ROUTES, **COMMANDS}


@pytest.mark.parametrize(("place", "recorded"), ROWS.items(), ids=ROWS)
def test_what_stands_there_is_a_reason_or_an_entry_that_a_test_looks_for(
    place: str, recorded: Recorded
) -> None:
    if isinstance(recorded, str):
        assert len(recorded.split()) > 5
        return
    found: frozenset[Code] = frozenset()
    for named in SHOWN.get(place, ()):
        file, _, function = named.partition("::")
        seen = looked_for(TESTS[file], function)
        assert seen & recorded, f"{named} looks for none of {set(recorded)}"
        found |= seen
    said = re.compile(_said(place))
    for text in TESTS.values():
        if recorded <= found:
            return
        found = found.union(*(looked_for(text, name) for name in naming(text, said)))
    assert recorded <= found, f"no test of {place} looks for {set(recorded - found)}"


def test_what_is_shown_elsewhere_is_of_places_that_are_there() -> None:
    assert SHOWN.keys() <= ROWS.keys()


def _said(place: str) -> str:
    """The address, or the last words of a command, as a test writes them."""
    _, _, rest = place.partition(" ")
    if place.startswith("brana "):
        return r'"[, ]+"'.join([""] + [re.escape(one) for one in rest.split()])[len(r'"[, ]+') :]
    return "".join(
        r"[^\s\"'/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", rest)
    )
