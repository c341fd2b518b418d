"""Personnel systems that push people: what they close is closed at once, and what they may not, they do not do."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import ldap
import pytest
import pytest_asyncio

from gateway.audit.entry import Code
from gateway.demo import ldif
from gateway.demo.people import HULIN
from gateway.demo.start import DOMAIN
from gateway.personnel.attributes import LINK
from gateway.personnel.refused import Unlinked, Why
from gateway.web.scim import RATE
from tests.attacks.test_sign_in import entered, not_in
from tests.rig.attacked import Ground
from tests.rig.personnel import CLOSED_AT_MOST, Office, operations, personnel, written
from tests.rig.programs import Told

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
WITHIN = 1.0  # seconds from the answer to the personnel system
PATIENCE = 30.0  # seconds
WHY = "Heslo je vyzrazené"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with personnel(tmp_path_factory.mktemp("personnel")) as made:
        yield made


async def refused(office: Office, told: Told, reason: Why, status: int, *, kept: bool = True) -> None:
    """By name, in both languages; where something would have changed, with an entry."""
    assert (told.status, told.body["reason"]) == (status, reason), told.body
    assert (told.headers["x-brana-reason"], told.body["status"]) == (reason, str(status))
    assert " / " in told.body["detail"]
    found = await office.ground.entries(
        at_least=int(kept), codes=(Code.PERSONNEL_REFUSED,), request_id=told.request_id
    )
    assert [one.reason for one in found] == ([reason] if kept else [])


async def lets_in(ground: Ground, browser) -> bool:
    return (await browser.get(ground.records(), follow=False)).status == 200


async def test_who_left_is_out_within_a_second_and_comes_in_by_no_way_until_they_are_back(
    office: Office,
) -> None:
    ground, victim = office.ground, office.ground.somebody()
    made = await office.add(victim.login, name={"familyName": victim.surname})
    assert made.status == 201, made.body
    assert made.body[LINK] == {"linked": True, "accounts": [victim.subject]}
    browser = await ground.signed_in(victim)
    assert await lets_in(ground, browser)

    told = await office.set_active(made.body["id"], active=False)
    begun = time.monotonic()
    assert (told.status, told.body["active"]) == (200, False), told.body
    assert not await lets_in(ground, browser)
    assert time.monotonic() - begun < WITHIN
    await not_in(ground, await entered(ground, victim.login, victim.password), "account_suspended")
    [entry] = await ground.entries(at_least=1, codes=(Code.PERSONNEL_CHANGED,), request_id=told.request_id)
    assert (entry.subject, entry.details["of_subject"], entry.details["changed"]) == (
        "technical:vema",
        victim.subject,
        ["active: true → false"],
    )
    [closed] = await ground.entries(at_least=1, codes=(Code.PERSON_SUSPENDED,), request_id=told.request_id)
    assert (closed.subject, closed.details["by_subject"]) == (victim.subject, "technical:vema")

    assert (await office.set_active(made.body["id"], active=True)).status == 200
    assert 'name="code"' in (await ground.at_code(ground.browser(), victim)).text


async def test_another_municipality_s_people_are_told_from_nobody_and_stay_open(office: Office) -> None:
    ground, victim = office.ground, office.ground.somebody()
    browser = await ground.signed_in(victim)
    theirs = await office.add(victim.login, account="hulin")
    nobody = await office.add("nikdo.takovy", account="hulin")
    assert theirs.status == nobody.status == 201
    assert theirs.body[LINK] == nobody.body[LINK]
    assert (theirs.body[LINK]["linked"], theirs.body[LINK]["reason"]) == (False, Unlinked.NOBODY)
    assert (await office.set_active(theirs.body["id"], active=False, account="hulin")).status == 200
    assert await lets_in(ground, browser)
    both = ground.named("horak.tomas")  # works in Hulín and in Kroměříž
    for account in ("hulin", "vema"):
        told = await office.add(both.login, account=account, active=False)
        assert told.body[LINK]["reason"] == Unlinked.NOBODY, told.body
    assert 'name="code"' in (await ground.at_code(ground.browser(), both)).text
    listed = await ground.brana("personnel", "list", "--unlinked", "--json")
    rows = [json.loads(line) for line in listed.splitlines()]
    [row] = [one for one in rows if one["userName"] == victim.login]
    assert (row["account"], row["unlinked"], row["closed"]) == ("hulin", Unlinked.NOBODY, False)
    assert "of them nobody's" in await ground.brana("personnel", "list")
    ours = await office.add(ground.somebody(where=HULIN).login, account="hulin")
    assert ours.body[LINK]["linked"], ours.body


async def test_one_source_s_records_are_no_other_s(office: Office) -> None:
    made = await office.add("zaznam.vemy")
    path = f"/Users/{made.body['id']}"
    for method, body in (
        ("GET", None),
        ("PUT", written("zaznam.hulina")),
        ("PATCH", operations({"op": "replace", "path": "title", "value": "x"})),
        ("DELETE", None),
    ):
        told = await office.push(method, path, body, account="hulin")
        await refused(office, told, Why.UNKNOWN, 404, kept=method != "GET")
    assert (await office.push("GET", path)).body["userName"] == "zaznam.vemy"
    listed = await office.push("GET", '/Users?filter=userName%20eq%20"zaznam.vemy"', account="hulin")
    assert listed.body["totalResults"] == 0


async def test_nobody_whom_an_officer_suspended_is_opened_by_a_push(office: Office) -> None:
    ground, victim = office.ground, office.ground.somebody()
    made = await office.add(victim.login)
    await ground.brana("person", "suspend", victim.login, "--why", WHY)
    for active in (True, False, True):
        assert (await office.set_active(made.body["id"], active=active)).status == 200
        await not_in(ground, await entered(ground, victim.login, victim.password), "account_suspended")
    await ground.brana("person", "resume", victim.login, "--why", "Heslo je změněno")
    assert 'name="code"' in (await ground.at_code(ground.browser(), victim)).text


async def test_whom_an_officer_let_in_again_stays_in_until_they_leave_anew(office: Office) -> None:
    ground, victim = office.ground, office.ground.somebody()
    made = await office.add(victim.login, active=False)
    assert made.status == 201, made.body
    await ground.brana("person", "resume", victim.login, "--why", "Omyl personálního systému")
    again = await office.push(
        "PUT", f"/Users/{made.body['id']}", written(victim.login, active=False, title="x")
    )
    assert again.status == 200, again.body
    assert 'name="code"' in (await ground.at_code(ground.browser(), victim)).text
    assert (await office.set_active(made.body["id"], active=True)).status == 200
    assert (await office.set_active(made.body["id"], active=False)).status == 200
    await not_in(ground, await entered(ground, victim.login, victim.password), "account_suspended")


async def test_who_watches_over_the_gateway_is_closed_by_people_alone(office: Office) -> None:
    ground, officer = office.ground, office.ground.named("kucera.martin")
    made = await office.add(officer.login)
    assert made.body[LINK]["linked"]
    told = await office.set_active(made.body["id"], active=False)
    await refused(office, told, Why.KEEPER, 403)
    gone = await office.push("DELETE", f"/Users/{made.body['id']}")
    await refused(office, gone, Why.KEEPER, 403)
    assert (await office.push("GET", f"/Users/{made.body['id']}")).body["active"] is True
    assert 'name="code"' in (await ground.at_code(ground.browser(), officer)).text


async def test_more_than_may_be_closed_within_an_hour_stay_open(office: Office) -> None:
    ground = office.ground
    people = [ground.somebody() for _ in range(CLOSED_AT_MOST + 1)]
    made = [await office.add(one.login, account="brzda") for one in people]
    told = [await office.set_active(one.body["id"], active=False, account="brzda") for one in made]
    assert [one.status for one in told] == [*[200] * CLOSED_AT_MOST, 403]
    await refused(office, told[-1], Why.CLOSES_MANY, 403)
    assert 'name="code"' in (await ground.at_code(ground.browser(), people[-1])).text


async def test_who_is_no_personnel_system_or_may_only_read_changes_nothing(office: Office) -> None:
    told = await office.add("nikdo", account="cizi")
    assert (told.status, told.body["reason"]) == (403, Why.NO_SOURCE)
    listed = await office.push("GET", "/Users", account="ctenar")
    assert (listed.status, listed.body["totalResults"]) == (200, 0)
    told = await office.add("nikdo", account="ctenar")
    assert (told.status, told.body["reason"]) == (403, "not_for_technical_accounts")
    bare = await office.programs.ask(f"{office.address}/scim/v2/Users")
    assert (bare.status, bare.body["reason"]) == (401, "sign_in_needed")
    forged = await office.programs.ask(f"{office.address}/scim/v2/Users", x_brana_assertion="x.y.z")
    assert forged.status == 401


async def test_all_accounts_of_a_number_close_together_and_a_second_relation_keeps_them_open(
    office: Office,
) -> None:
    ground = office.ground
    one, other = ground.somebody(), ground.somebody()
    with ground.product.as_root() as root:
        for login in (one.login, other.login):
            root.modify_s(ldif.person_dn(login), [(ldap.MOD_REPLACE, "employeeNumber", [b"4711"])])
    await ground.brana("directory", "sync", "kromeriz", "--full")
    first = await office.add("4711-1", number="4711")
    second = await office.add("4711-2", number="4711")
    accounts = sorted([one.subject, other.subject])
    assert first.body[LINK]["accounts"] == second.body[LINK]["accounts"] == accounts, first.body
    async with asyncio.timeout(PATIENCE):  # which accounts are one person's is known a moment later
        by_login = await office.add(one.login)
        while by_login.body[LINK]["accounts"] != accounts:
            path = f"/Users/{by_login.body['id']}"
            by_login = await office.push("PUT", path, written(one.login))
    assert (await office.push("DELETE", f"/Users/{by_login.body['id']}")).status == 204
    stranger = await office.add(ground.somebody().login, number="4711")
    assert stranger.body[LINK]["reason"] == Unlinked.DISAGREE
    assert (await office.set_active(first.body["id"], active=False)).status == 200
    assert 'name="code"' in (await ground.at_code(ground.browser(), one)).text
    assert (await office.push("DELETE", f"/Users/{second.body['id']}")).status == 204
    for each in (one, other):
        await not_in(ground, await entered(ground, each.login, each.password), "account_suspended")
    back = await office.add("4711-3", number="4711")
    assert back.status == 201
    assert 'name="code"' in (await ground.at_code(ground.browser(), other)).text


async def test_changes_of_an_older_version_and_odd_messages_are_refused_by_name(office: Office) -> None:
    made = await office.add("verze.zaznamu")
    path, tag = f"/Users/{made.body['id']}", made.headers["ETag"]
    title = operations({"op": "add", "path": "title", "value": "referent"})
    assert (await office.push("PATCH", path, title, If_Match=tag)).status == 200
    await refused(office, await office.push("PATCH", path, title, If_Match=tag), Why.CHANGED, 412)
    same = await office.push("PATCH", path, title)
    assert same.headers["ETag"] == 'W/"2"'  # nothing new was said
    assert (await office.push("GET", path, If_None_Match='W/"2"')).status == 304
    for method, where, body, reason, status in (
        ("POST", "/Users", written("VERZE.zaznamu"), Why.TAKEN, 409),
        ("POST", "/Users", {"userName": "x"}, Why.UNREADABLE, 400),
        ("POST", "/Users", b"{", Why.UNREADABLE, 400),
        ("POST", "/Users", written("x", title=7), Why.VALUE, 400),
        ("POST", "/Users", written("x", wrong=7), Why.PATH, 400),
        ("POST", "/Bulk", {}, Why.NO_SUCH_PLACE, 404),
        ("PATCH", path, operations({"op": "replace", "path": "id", "value": "x"}), Why.READ_ONLY, 400),
        ("PATCH", path, operations({"op": "remove"}), Why.NO_TARGET, 400),
        ("PATCH", path, operations({"op": "remove", "path": "active"}), Why.VALUE, 400),
    ):
        await refused(office, await office.push(method, where, body), reason, status)
    for where, reason in (('/Users?filter=x%20eq%20"y"', Why.FILTER), ("/Users?count=many", Why.VALUE)):
        await refused(office, await office.push("GET", where), reason, 400, kept=False)
    large = written("x", title="x" * 70_000)
    assert (await office.push("POST", "/Users", large)).status == 413


async def test_what_it_can_is_told_and_records_are_found_page_by_page(office: Office) -> None:
    config = await office.push("GET", "/ServiceProviderConfig")
    assert (config.body["bulk"]["supported"], config.body["etag"]["supported"]) == (False, True)
    kinds = await office.push("GET", "/ResourceTypes")
    assert [one["endpoint"] for one in kinds.body["Resources"]] == ["/Users"]
    schemas = (await office.push("GET", "/Schemas")).body["Resources"]
    for one in schemas:
        assert (await office.push("GET", f"/Schemas/{one['id']}")).body == one
    for number in range(3):
        assert (await office.add(f"strana.{number}", externalId=f"P{number}")).status == 201
    asked = '/Users?filter=userName%20sw%20"strana."%20and%20externalId%20pr&startIndex=2&count=1'
    page = (await office.push("GET", asked)).body
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)
    assert [one["userName"] for one in page["Resources"]] == ["strana.1"]


async def test_who_pushes_more_than_a_minute_takes_waits_and_others_do_not(office: Office) -> None:
    headers = {"Authorization": f"Bearer {await office.token('spech')}"}
    address = f"{office.address}/scim/v2/ResourceTypes"
    async with office.programs.one_connection(None, **headers) as ask:
        told = [await ask(address) for _ in range(RATE[0] + 1)]
    assert {one.status for one in told[:-1]} == {200}
    assert (told[-1].status, told[-1].body["reason"], told[-1].headers["Retry-After"]) == (
        429,
        Why.TOO_OFTEN,
        "60",
    )
    assert (await office.push("GET", "/ResourceTypes")).status == 200


async def test_a_personnel_system_comes_by_its_certificate_too_and_by_no_other(office: Office) -> None:
    ground, victim = office.ground, office.ground.somebody()
    own, _ = office.programs.authority.client(f"mzdy.{DOMAIN}")
    made = await office.push("POST", "/Users", written(victim.login, active=False), certificate=own)
    assert (made.status, made.body[LINK]["linked"]) == (201, True), made.body
    assert made.body["meta"]["location"].startswith(office.programs.address("mzdy-api"))
    await not_in(ground, await entered(ground, victim.login, victim.password), "account_suspended")
    again = await office.push("PUT", f"/Users/{made.body['id']}", written(victim.login), certificate=own)
    assert (again.status, again.body["active"]) == (200, True), again.body
    assert 'name="code"' in (await ground.at_code(ground.browser(), victim)).text
    other, _ = office.programs.authority.client(f"cidla.{DOMAIN}")
    told = await office.push("GET", "/Users", certificate=other)
    assert (told.status, told.body["reason"]) == (401, "certificate_unknown")


async def test_an_officer_sees_which_program_closed_whom_and_lets_them_in_again(office: Office) -> None:
    ground, victim = office.ground, office.ground.somebody()
    assert (await office.add(victim.login, active=False)).status == 201
    page = f"{ground.product.addresses.admin}/suspensions"
    browser = await ground.signed_in(ground.named("kucera.martin"), page)
    shown = (await browser.get(page)).text
    assert victim.login in shown
    assert "vema" in shown
    lifted = await browser.post(f"{page}/lift", {"subject": victim.subject, "why": "Omyl"}, follow=False)
    assert lifted.status == 303, lifted.text
    assert 'name="code"' in (await ground.at_code(ground.browser(), victim)).text


async def test_who_left_is_out_also_while_the_directory_is_away(office: Office) -> None:
    ground, victim = office.ground, office.ground.somebody()
    directory = ground.product.directory
    browser = await ground.signed_in(victim)
    await office.token("vema")
    async with ground.trouble(directory.stop, directory.start):
        assert await lets_in(ground, browser)
        made = await office.add(victim.login, active=False)
        assert (made.status, made.body[LINK]["linked"]) == (201, True), made.body
        assert not await lets_in(ground, browser)
    await not_in(ground, await entered(ground, victim.login, victim.password), "account_suspended")


async def test_who_left_stays_out_when_the_directory_has_taken_their_roles_away_as_well(
    office: Office,
) -> None:
    ground, victim = office.ground, office.ground.somebody()
    made = await office.add(victim.login, active=False)
    path, member = f"/Users/{made.body['id']}", ldif.person_dn(victim.login).encode()
    with ground.product.as_root() as root:
        groups = root.search_s(ldif.TOWN.suffix, ldap.SCOPE_SUBTREE, f"(member={member.decode()})", ["cn"])
        for name, _ in groups:
            root.modify_s(name, [(ldap.MOD_DELETE, "member", [member])])
    assert groups
    await ground.brana("directory", "sync", "kromeriz", "--full")
    told = await office.push("PUT", path, written(victim.login, active=False, title="x"))
    assert told.body[LINK]["reason"] == Unlinked.NOBODY, told.body
    await not_in(ground, await entered(ground, victim.login, victim.password), "account_suspended")
    with ground.product.as_root() as root:
        for name, _ in groups:
            root.modify_s(name, [(ldap.MOD_ADD, "member", [member])])
    await ground.brana("directory", "sync", "kromeriz", "--full")
    assert (await office.push("PUT", path, written(victim.login))).body[LINK]["linked"]
    assert 'name="code"' in (await ground.at_code(ground.browser(), victim)).text
