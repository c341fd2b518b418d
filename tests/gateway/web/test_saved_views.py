"""Officers name questions and find them again; every look says what it is for."""

from dataclasses import replace

import pytest

from gateway.audit.entry import Code
from gateway.audit.purposes import ROUTINE
from tests.gateway.web.people import AUDITOR, KVASICE, OFFICER, assertion_header
from tests.gateway.web.test_officer import AS_OFFICER, shown

pytestmark = pytest.mark.real
COLLEAGUE = replace(OFFICER, subject="urad:colleague", login="mala")


def header(who):
    return {**AS_OFFICER, **assertion_header(who)}


async def saved(
    client, *, name="Odmítnutí", asked="?outcome=refused&person=novakova", shared="0", who=OFFICER
):
    form = {"name": name, "asked": asked, "shared": shared}
    return await client.post("/views", headers=header(who), data=form, allow_redirects=False)


async def test_a_question_is_named_found_again_and_removed_and_each_is_recorded(client, office):
    answer = await saved(client)
    assert (answer.status, answer.headers["Location"]) == (303, "/log?outcome=refused&person=novakova")
    assert "Odmítnutí" in await shown(client, "/log")
    assert 'href="/log?outcome=refused&amp;person=novakova"' in await shown(client, "/views")
    gone = await client.post(
        "/views/remove", headers=AS_OFFICER, data={"name": "Odmítnutí"}, allow_redirects=False
    )
    assert gone.status == 303
    assert "Odmítnutí" not in await shown(client, "/views")
    told = [one for one in office.log.entries if one.code in (Code.VIEW_KEPT, Code.VIEW_REMOVED)]
    assert [(one.code, one.details["view"]) for one in told] == [
        (Code.VIEW_KEPT, "Odmítnutí"),
        (Code.VIEW_REMOVED, "Odmítnutí"),
    ]
    assert told[0].details["asked"] == "outcome=refused&person=novakova"


async def test_a_view_is_its_owners_unless_it_is_shared_with_who_sees_the_same(client):
    await saved(client, name="soukromý")
    await saved(client, name="společný", shared="1")
    others = await (await client.get("/views", headers=header(COLLEAGUE))).text()
    assert "soukromý" not in others
    assert "společný" in others
    elsewhere = await (
        await client.get("/views", headers=header(replace(COLLEAGUE, municipality=KVASICE)))
    ).text()
    assert "společný" not in elsewhere


async def test_nobody_removes_a_view_of_somebody_else(client, office):
    await saved(client, name="společný", shared="1")
    answer = await client.post("/views/remove", headers=header(COLLEAGUE), data={"name": "společný"})
    assert answer.status == 404
    assert len(office.views.kept) == 1


@pytest.mark.parametrize(
    ("name", "asked"),
    [("", "outcome=refused"), ("x" * 81, "outcome=refused"), ("a\nb", "outcome=refused"), ("nic", ""),
     ("\u3164", "outcome=refused"), ("nic", "nothing=1"), ("mnoho", "&".join(f"x{number}=1" for number in range(200)))],
)  # fmt: skip
async def test_what_is_no_view_is_not_saved(client, office, name, asked):
    assert (await saved(client, name=name, asked=asked)).status == 400
    assert office.views.kept == {}


async def test_a_view_keeps_filters_and_nothing_else_of_an_address(client, office):
    await saved(client, asked="outcome=refused&before=7&evil=%0d%0aSet-Cookie")
    [view] = office.views.kept.values()
    assert view.asked == "outcome=refused"


async def purposes(client, office, who=OFFICER):
    before = len(office.log.entries)
    for path in ("/", "/log", "/log/5", "/answers/why-refused", "/sessions"):
        await client.get(path, headers=header(who))
    return {one.details["purpose"] for one in office.log.entries[before:] if one.code is Code.LOG_SEARCHED}


async def test_every_look_is_recorded_with_its_purpose(client, office):
    assert await purposes(client, office) == {ROUTINE}
    named = await client.post(
        "/purpose", headers=AS_OFFICER, data={"purpose": "stížnost č. 12"}, allow_redirects=False
    )
    assert named.status == 303
    assert office.log.entries[-1].code is Code.PURPOSE_NAMED
    assert await purposes(client, office) == {"stížnost č. 12"}
    assert "stížnost č. 12" in await shown(client, "/log")
    assert await purposes(client, office, replace(AUDITOR, sid="s-another")) == {ROUTINE}
    await client.post("/purpose", headers=AS_OFFICER, data={"purpose": ""}, allow_redirects=False)
    assert await purposes(client, office) == {ROUTINE}


@pytest.mark.parametrize("purpose", ["x", "y" * 201, "dvě\nřádky", "\u3164\u3164\u3164\u3164\u3164"])
async def test_what_says_nothing_is_no_purpose(client, office, purpose):
    answer = await client.post("/purpose", headers=AS_OFFICER, data={"purpose": purpose})
    assert answer.status == 400
    assert office.views.purposes == {}
