"""A fleet in front of an application, and people who sign in at its nodes."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from config.vocabulary import Role
from gateway.demo.configuration import RECORDS
from gateway.demo.people import CENTRE, Inhabitant
from gateway.demo.slapd import free_port
from gateway.demo.world import Account, draw_accounts
from tests.rig.fleet import Fleet, fleet
from tests.rig.neighbours import Neighbour, listening
from tests.rig.visitor import Visitor

PEOPLE = 14


@contextlib.asynccontextmanager
async def inhabited(folder: Path, edges: Sequence[str] = ("b",), **more: Any) -> AsyncIterator[Fleet]:
    port = free_port()
    people = draw_accounts(
        Inhabitant(login=f"referent{number}", given="Ivo", surname="Referent", places=((CENTRE, Role.CLERK),))
        for number in range(PEOPLE)
    )
    async with (
        listening(Neighbour(web_socket=True), port),
        fleet(folder, edges, people, f"http://127.0.0.1:{port}", **more) as made,
    ):
        yield made


def clerk(office: Fleet) -> Account:
    """Somebody of the centre whom no test has used."""
    found = next(one for one in office.product.world.accounts if one.login not in office.used)
    office.used.add(found.login)
    return found


def records(office: Fleet) -> str:
    return office.product.application(RECORDS, CENTRE)


async def signed_in(office: Fleet, at: str) -> tuple[Visitor, Account]:
    browser, account = office.visitor(at), clerk(office)
    shown = await browser.sign_in(account, records(office))
    assert (shown.status, shown.text) == (200, "hello"), (shown.status, shown.title)
    return browser, account
