"""`brana app test` on the running product: what a person would get, and that nobody gets it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from gateway.asking import Finding, TriedOut, try_out
from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.commands.operator import operator
from gateway.commands.state import now
from gateway.demo.configuration import HOSTS, RECORDS
from gateway.storage.audit_search import LogSearch
from tests.rig.changing import HULIN, NOTES_POLICY, Changing, brana, changing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
JANA = ("--person", "novakova.jana", "--municipality", "Hulín")
TOLD = """
[applications.identity]
way = "headers"
[applications.identity.headers]
login = "X-Remote-User"
roles = "X-Remote-Roles"
"""
PART = """
[[applications.routes]]
name = "minutes"
path = "/minutes"
action = "read"
"""
PART_POLICY = (
    NOTES_POLICY
    + """
@id("minutes-with-a-key")
@reason("minutes_with_a_key")
@title_cs("Zápisy jen s klíčem") @title_en("Minutes only with a key")
@advice_cs("Přihlaste se klíčem.") @advice_en("Sign in with a key.")
forbid (principal, action, resource in Municipality::"588491")
when { context has route && context.route.id == "minutes" && context.route.path == "/minutes" }
unless { context.sign_in.level == 3 };
"""
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Changing]:
    async with changing(tmp_path_factory.mktemp("t")) as made:
        notes = made.notes.replace("[[applications.routes]]", TOLD + "\n[[applications.routes]]", 1)
        board = '\n[[applications.routes]]\npath = "/board"\npublic = true\n'
        first, _, rest = notes.partition("\n[[applications.routes]]")
        rows = board + PART + "\n[[applications.routes]]" + rest
        await made.reloaded(made.first + first + rows, PART_POLICY)
        yield made


async def tried(world: Changing, application: str, **about: Any) -> Finding:
    """As the command asks."""
    usual = {"application": application, "person": "novakova.jana", "municipality": HULIN}
    told = TriedOut(**(usual | about))
    return await asyncio.to_thread(try_out, world.product.run / "control.sock", told)


async def test_who_may_is_let_in_and_what_the_application_would_be_told_is_shown(world: Changing) -> None:
    status, said, _ = await brana(world.product, "app", "test", "records", *JANA, "--json")
    found = json.loads(said)
    assert (status, found["verdict"], found["status"]) == (0, "granted", 200)
    assert found["route"] == f"records {HULIN} read"
    assert found["rule"] == "records-work"
    about = found["assertion"]
    assert (about["preferred_username"], about["municipality"]) == ("novakova.jana", HULIN)
    assert about["actions"] == ["read", "write"]
    assert set(about["roles"]) == {"clerk", "registrar"}


async def test_the_verdict_is_that_of_a_real_request(world: Changing) -> None:
    host = world.host(HOSTS[RECORDS].replace("{municipality}", HULIN))
    somebody = await world.somebody(host)
    async with world.browser() as browser:
        for method, path in (
            ("GET", "/"),
            ("POST", "/sign"),
            ("POST", "/SIGN/x"),
            ("DELETE", "/"),
            ("GET", "/a;b"),
        ):
            async with browser.http.request(
                method,
                f"https://127.0.0.1:{browser.port}{path}",
                headers={"Host": host, "Cookie": somebody.cookie},
                server_hostname=host.partition(":")[0],
            ) as answer:
                really = answer.status, answer.headers.get("x-brana-reason")
            found = await tried(world, "records", method=method, path=path)
            assert found.status == really[0], (method, path)
            if found.verdict == "refused":
                assert found.reason == really[1]


async def test_who_may_not_is_told_which_policy_says_so_and_why(world: Changing) -> None:
    found = await tried(world, "records", method="POST", path="/sign")
    assert (found.verdict, found.action) == ("refused", "sign")
    assert found.reason
    assert found.title
    assert found.assertion == {}


async def test_a_weaker_sign_in_may_change_the_verdict(world: Changing) -> None:
    found = await tried(world, "records", level="password")
    assert (found.verdict, found.rule) == ("refused", "two-factors")


async def test_plain_headers_are_shown_as_the_application_would_see_them(world: Changing) -> None:
    found = await tried(world, "notes")
    assert found.headers == {"X-Remote-User": "novakova.jana", "X-Remote-Roles": "clerk,registrar"}


async def test_a_part_of_an_application_with_a_name_has_rules_of_its_own(world: Changing) -> None:
    """A grant for the rest, which every browser has by then, does not open it."""
    found = await tried(world, "notes", path="/MINUTES/1")
    assert (found.verdict, found.rule, found.named) == ("refused", "minutes-with-a-key", "minutes")
    assert (await tried(world, "notes", path="/minutes", level="phishing-resistant")).verdict == "granted"
    assert (await tried(world, "notes", path="/minutes2")).named == ""
    host = world.host("notes")
    somebody = await world.somebody(host)
    async with world.browser() as browser:
        for path, status in (("/", 200), ("/minutes", 403), ("/x/../Minutes/1", 403), ("/other", 200)):
            async with browser.http.request(
                "GET",
                f"https://127.0.0.1:{browser.port}{path}",
                headers={"Host": host, "Cookie": somebody.cookie},
                server_hostname=host.partition(":")[0],
            ) as answer:
                reason = answer.headers.get("x-brana-reason")
                assert (answer.status, reason) == (status, None if status == 200 else "minutes_with_a_key")


async def test_public_routes_and_our_own_pages_ask_for_nothing(world: Changing) -> None:
    assert (await tried(world, "notes", path="/board")).verdict == "public"
    assert (await tried(world, "notes", path="/.brana/callback")).verdict == "ours"
    assert (await tried(world, "portal")).action == "read"


async def test_people_and_applications_that_nobody_knows_are_named(world: Changing) -> None:
    assert "anybody with the login 'nobody'" in (await tried(world, "records", person="nobody")).trouble
    assert "no application nothing is in force" in (await tried(world, "nothing")).trouble
    assert "as a browser sends them" in (await tried(world, "records", path="/a b")).trouble
    nowhere = ("--person", "novakova.jana", "--municipality", "Nowhere")
    status, _, said = await brana(world.product, "app", "test", "records", *nowhere)
    assert status == 1
    assert "no municipality 'Nowhere'" in said


async def test_that_somebody_asked_is_recorded_and_no_access_is(world: Changing) -> None:
    with world.product.state() as state:
        search = LogSearch(state.database)
        kinds = frozenset({Code.DECISION_PERMIT, Code.DECISION_REFUSE, Code.ACCESS})
        begun = now()  # of requests before, entries may come later
        status, said, _ = await brana(world.product, "app", "test", "records", *JANA)
        assert status == 0
        assert "200: would be let in" in said
        found = await search.page(Query(codes=kinds, since=begun))
    assert not found.entries
    (entry, *_) = await world.recorded(Code.DECISION_TRIED)
    assert (entry.subject, entry.application, entry.action) == (operator(), "records", "read")
    assert entry.details == {"of": "novakova.jana", "verdict": "granted"}


async def test_what_is_open_of_a_row_that_gets_a_name_ends(world: Changing) -> None:
    """It began by another word, which other rows may still ask for; who opens it anew is asked by the name."""
    await world.reloaded(world.first + world.notes, NOTES_POLICY)
    host = world.host("notes")
    somebody = await world.somebody(host)
    async with world.browser() as browser, browser.socket(host, "/feed", somebody.cookie) as opened:
        await opened.send_str("one")
        assert (await opened.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT
        named = world.notes.replace('path = "/feed"', 'name = "minutes"\npath = "/feed"')
        shut = PART_POLICY.replace('&& context.route.path == "/minutes" ', "")
        await world.reloaded(world.first + named, shut)
        ended = await opened.receive(timeout=10)
        assert ended.type is not aiohttp.WSMsgType.TEXT
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await browser.socket(host, "/feed", somebody.cookie).__aenter__()
        assert refused.value.status == 403
    cut = await world.recorded(Code.STREAM_CUT)
    assert [(one.action, one.reason) for one in cut] == [("read", "application_differs")]
