"""Roles that a personnel system pushes: those of its list, for whom it may speak, at once and not a moment longer."""

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from gateway.access_review.campaign import CampaignId
from gateway.audit.entry import Code
from gateway.demo.people import CENTRE, HULIN
from gateway.personnel.attributes import LINK
from tests.rig.personnel import Office, operations, personnel, written

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
WITHIN = 1.0  # seconds from the answer to the personnel system
ACCOUNTANT = [{"value": "ÚČETNÍ", "display": "Účetní obce", "primary": True}]
PLACE = f"{CENTRE}:accountant"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with personnel(tmp_path_factory.mktemp("personnel")) as made:
        yield made


def budget(office: Office, municipality: str = CENTRE) -> str:
    return office.ground.product.application("budget", municipality)


async def lets_in(office: Office, browser, municipality: str = CENTRE) -> bool:
    """With the way through the sign-in, which knows the browser."""
    wanted = budget(office, municipality)
    shown = await browser.get(wanted)
    return shown.status == 200 and str(shown.url).startswith(wanted)


async def roles_of(office: Office, login: str) -> str:
    return await office.ground.brana("user", "show", login)


async def test_a_role_that_is_listed_counts_at_once_and_is_lost_at_once(office: Office) -> None:
    ground, clerk = office.ground, office.ground.somebody()
    browser = await ground.signed_in(clerk)
    assert not await lets_in(office, browser)
    made = await office.add(clerk.login, roles=ACCOUNTANT)
    assert (made.status, made.body[LINK]["rolesTo"]) == (201, clerk.subject), made.body
    assert made.body["roles"] == [{"value": "ÚČETNÍ"}]
    begun = time.monotonic()
    assert await lets_in(office, browser)
    assert time.monotonic() - begun < WITHIN
    [entry] = await ground.entries(at_least=1, codes=(Code.PERSONNEL_ADDED,), request_id=made.request_id)
    assert (entry.details["roles"], entry.details["of_subject"]) == ([PLACE], clerk.subject)
    facts = await ground.entries(at_least=1, codes=(Code.FACTS_CHANGED,), person=f"={clerk.subject}")
    assert facts[0].details["pushed"] == [f"{PLACE}:vema"]
    assert "by the personnel system vema" in await roles_of(office, clerk.login)

    less = operations({"op": "remove", "path": 'roles[value eq "účetní"]'})
    told = await office.push("PATCH", f"/Users/{made.body['id']}", less)
    assert (told.status, "rolesTo" in told.body[LINK]) == (200, False), told.body
    assert not await lets_in(office, browser)
    assert "personnel system" not in await roles_of(office, clerk.login)
    [entry] = await ground.entries(at_least=1, codes=(Code.PERSONNEL_CHANGED,), request_id=told.request_id)
    assert entry.details["changed"] == ["roles: ÚČETNÍ → –"]


async def test_it_counts_in_a_sign_in_that_comes_later_and_who_left_has_nothing(office: Office) -> None:
    ground, clerk = office.ground, office.ground.somebody()
    made = await office.add(clerk.login, roles=["Účetní"])
    browser = await ground.signed_in(clerk)
    assert await lets_in(office, browser)
    signed_in = await ground.entries(at_least=1, codes=(Code.SIGN_IN_COMPLETED,), person=f"={clerk.subject}")
    assert signed_in[0].details["pushed"] == [f"{PLACE}:vema"]
    await office.set_active(made.body["id"], active=False)
    assert not await lets_in(office, browser)
    assert "personnel system" not in await roles_of(office, clerk.login)
    assert (await office.push("PUT", f"/Users/{made.body['id']}", written(clerk.login))).status == 200
    assert not await lets_in(office, await ground.signed_in(clerk))  # it says nothing of roles any more


async def test_what_is_not_listed_for_that_system_gives_nothing(office: Office) -> None:
    clerk, other = office.ground.somebody(), office.ground.somebody(where=HULIN)
    words = ["accountant", "security_officer", "centre_administrator", f"{CENTRE}:mayor", "účetní ", "*"]
    made = await office.add(clerk.login, roles=[{"value": one} for one in words[:4] + words[5:]])
    assert made.status == 201, made.body
    theirs = await office.add(other.login, account="hulin", roles=ACCOUNTANT)  # one that gives nothing
    assert theirs.status == 201, theirs.body
    for login in (clerk.login, other.login):
        assert "personnel system" not in await roles_of(office, login)


async def test_another_municipality_s_people_get_nothing(office: Office) -> None:
    both, stranger = office.ground.named("horak.tomas"), office.ground.somebody(where=HULIN)
    for login in (both.login, stranger.login):
        told = await office.add(login, roles=ACCOUNTANT)
        assert (told.body[LINK]["linked"], "rolesTo" in told.body[LINK]) == (False, False)
        assert "personnel system" not in await roles_of(office, login)


@pytest.mark.parametrize("login", ["benes.jiri", "kucera.martin", "rihova.alena"])
async def test_a_push_changes_nothing_about_who_administers_or_watches(office: Office, login: str) -> None:
    """Else a stolen secret would lock administrators out: their accounts have no ordinary role beside."""
    watching = office.ground.named(login)
    assert (await office.add(watching.login, roles=ACCOUNTANT)).status == 201
    shown = await roles_of(office, watching.login)
    assert "personnel system" not in shown
    assert "roles_mixed" not in shown


async def test_it_is_seen_where_the_records_are_listed(office: Office) -> None:
    clerk = office.ground.somebody()
    await office.add(clerk.login, roles=["matrika", "neznámé"])
    rows = [
        json.loads(line) for line in (await office.ground.brana("personnel", "list", "--json")).splitlines()
    ]
    [row] = [one for one in rows if one["userName"] == clerk.login]
    assert (row["gives"], row["gives_to"], row["roles"]) == (
        [f"{CENTRE}:registrar"],
        clerk.subject,
        ["matrika", "neznámé"],
    )


async def test_a_review_says_which_system_gives_it_and_what_it_takes_away_no_push_brings_back(
    office: Office,
) -> None:
    ground, clerk = office.ground, office.ground.somebody()
    made = await office.add(clerk.login, roles=ACCOUNTANT)
    browser = await ground.signed_in(clerk)
    assert await lets_in(office, browser)
    until = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    begun = json.loads(await ground.brana("review", "begin", CENTRE, "--until", until, "--json"))
    which = CampaignId(begun["begun"][CENTRE])
    items = await ground.state.reviews.look(lambda book: book.items(which))
    theirs = {one.held.what: one for one in items if one.held.login == clerk.login}
    assert {what: one.held.pushed_by for what, one in theirs.items()} == {"clerk": "", "accountant": "vema"}

    site = ground.product.addresses.origin("policies")
    page = f"{site}/reviews/{which}"
    officer = await ground.signed_in(ground.named("kucera.martin"), site)
    shown = (await officer.get(f"{page}?q={clerk.login}")).text
    assert "Roli dává personální systém: vema" in " ".join(shown.split())
    form = {"number": str(theirs["accountant"].number), "choice": "remove", "comment": "Nemá ji mít."}
    assert (await officer.post(page, form, follow=False)).status == 303
    assert not await lets_in(office, browser)
    again = await office.push("PUT", f"/Users/{made.body['id']}", written(clerk.login, roles=["účetní"]))
    assert again.status == 200, again.body
    assert not await lets_in(office, await ground.signed_in(clerk))
