"""Pages about policies: versions and the way back to one, and the incident switch."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code
from tests.policies.world import HULIN
from tests.rig.policy_office import CHANGED, FILE, FIRST
from tests.rig.policy_site import APPROVER, AUTHOR, CENTRE, LOOKER, STRANGER
from tests.rig.policy_visitor import CLOSING, Visitor, headers, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_versions_are_listed_compared_and_rolled_back_with_a_reason(visitor):
    page = await visitor.submitted()
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    listed = await visitor.get("/versions")
    assert "version 1" in listed
    assert "version 2" in listed
    assert "Marie Starostová" in listed
    shown = await visitor.get("/versions/2")
    assert "What differs from version 1" in shown
    assert "map-clerks" in shown
    assert "What differs from version 1" in shown
    assert "Going back to it would change this" in await visitor.get("/versions/1")
    assert "Roll back" not in await visitor.get("/versions/1", LOOKER)
    assert await visitor.refused("/versions/1/restore", APPROVER, of="", why="") == (
        409,
        "policies_without_reason",
    )
    told = await (await visitor.post("/versions/1/restore", APPROVER, of="", why=" ")).text()
    assert "These policies are not in force yet" in told
    assert 'aria-describedby="why-error"' in told
    assert await visitor.refused("/versions/1/restore", AUTHOR, of="", why="x") == (
        403,
        "role_not_sufficient",
    )
    where = await visitor.done("/versions/1/restore", APPROVER, of="", why="Omyl.")
    assert "in force again" in await visitor.get(where)
    assert "map-clerks" not in visitor.world.in_force().texts[FILE]
    [entry] = visitor.world.entries(Code.POLICY_ROLLED_BACK)
    assert entry.details["why"] == "Omyl."


async def test_a_version_that_nobody_approved_is_told_so_wherever_versions_are(visitor):
    for path in ("/versions", "/versions/1"):
        assert "without approval by a second person" in await visitor.get(path), path


async def test_where_files_count_at_once_the_overview_says_so_and_what_to_set(visitor, tmp_path):
    assert "One person on the machine is enough" not in await visitor.get("/")
    (tmp_path / "alone").mkdir()
    async with policy_visitor(tmp_path / "alone", files_are_approved=False) as alone:
        page = await alone.get("/", CENTRE)
        plain = await alone.get("/")
    assert "One person on the machine is enough" in page
    assert 'policies.from_files = "propose"' in page
    assert "One person on the machine" not in plain, "they could not set it"


ALL = FIRST | {FILE: FIRST[FILE].replace("when {", 'when { principal.roles.contains(Role::"clerk") &&')}
STAYED = "The title stayed as it was"


async def test_a_title_that_held_in_the_version_gone_back_to_is_not_doubted(visitor):
    visitor.world.publish(ALL)
    assert STAYED in await visitor.get("/versions/2"), "the roles changed on the way there"
    back = await visitor.get("/versions/1")
    assert "Going back to it would change this" in back
    assert "Roles that it names no more" in back
    assert STAYED not in back
    await visitor.done("/versions/1/restore", APPROVER, of="", why="Omyl.")
    assert STAYED not in await visitor.get("/versions/3")
    assert STAYED not in await visitor.get("/versions/1?against=2")
    assert STAYED in await visitor.get("/versions/2?against=1")


async def test_whoever_submitted_and_approved_is_told_with_when_wherever_a_change_is_told(visitor):
    page = await visitor.submitted()
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    when = "23 Nov 2026, 09:41 CET"
    told = f"Jan Správce, submitted {when}; approved by Marie Starostová, {when}"
    for path in ("/", "/policies", "/versions/2"):
        assert told in plain(await visitor.get(path)), path
    assert told.replace("; ", " ") in plain((await visitor.get("/versions")).replace("<br>", " "))
    history = plain(await visitor.get(page)).rpartition("History")[2]
    for did in ("Jan Správce began", "Jan Správce submitted", "Marie Starostová approved"):
        assert f"{when}: {did}" in history


def plain(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", "", page).split())


async def test_a_version_of_another_municipality_is_not_known_here(visitor):
    page = await visitor.submitted()
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    for number in ("2", "99", "x"):
        answer = await visitor.client.get(f"/versions/{number}", headers=headers(STRANGER))
        assert (answer.status, answer.headers[REASON_HEADER]) == (404, "policy_version_unknown")
    refused = await visitor.refused("/versions/2/restore", STRANGER, of=HULIN, why="x")
    assert refused == (404, "policy_version_unknown")


async def test_files_that_changed_another_municipality_alone_are_nobody_else_s_last_change(visitor):
    visitor.world.publish(FIRST | {FILE: CHANGED[FILE]})
    for path in ("/", "/policies"):
        assert "version 2" in await visitor.get(path), path
        assert "version 2" not in await visitor.get(path, STRANGER), path
        assert "version 1" in await visitor.get(path, STRANGER), path
    assert "version 2" in await visitor.get("/versions")
    assert "version 2" not in await visitor.get("/versions", STRANGER)
    assert "version 2" not in await visitor.get("/versions?of=region", CENTRE)
    assert "These policies are in force now." in await visitor.get("/versions/1", STRANGER)
    by_its_mark = await visitor.get("/versions/2", STRANGER)
    assert "These policies are in force now." in by_its_mark, "a decision may name it all the same"


async def test_to_compare_with_a_version_that_is_not_there_is_told_at_the_field(visitor):
    page = await visitor.submitted()
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    shown = await visitor.get("/versions/2?against=99", status=404)
    assert "There is no such version. Below it is compared with version 1." in shown
    assert 'value="99"' in shown


async def test_an_officer_sees_whom_it_hits_closes_and_opens_again(visitor):
    assert "Nothing is closed" in await visitor.get("/incidents", CENTRE)
    answer = await visitor.post("/incidents/confirm", CENTRE, **CLOSING)
    said = await answer.text()
    assert "Of 41 open sessions it hits now: 3" in said
    assert "This is not closed yet." in said
    assert "Petr Dvořák and 1 more" in said
    assert "supplier (3)" in said
    assert "map (3)" in said
    assert "notice-error" not in said
    assert visitor.world.taken == 0
    await visitor.done("/incidents/close", CENTRE, **CLOSING)
    assert visitor.world.taken == 1
    shown = await visitor.get("/incidents", CENTRE)
    assert "Access of suppliers is closed" in shown
    assert "An incident." in shown
    assert "Closed in an incident: 1" in await visitor.get("/", AUTHOR)
    assert await visitor.refused("/incidents/close", CENTRE, **CLOSING) == (409, "incident_closed_already")
    [where] = re.findall(r'href="(/incidents/[^"]+/open)"', shown)
    assert await visitor.refused(where, CENTRE, why="") == (409, "policies_without_reason")
    await visitor.done(where, CENTRE, why="Vyřešeno.")
    assert await visitor.refused(where, CENTRE, why="x") == (409, "incident_opened_already")
    await visitor.done("/incidents/close", CENTRE, **CLOSING | {"kind": "application", "application": "map"})
    shown = await visitor.get("/incidents", CENTRE)
    history = shown[shown.index('id="history"') :]
    assert re.findall(r'"capital"><strong>(.*?)</strong>', history) == [
        "one application: map",
        "all suppliers",
    ]
    assert f'{CENTRE.name}: <span class="as-typed">Vyřešeno.</span>' in history
    assert (history.count("An incident."), history.count("closed until now")) == (2, 1)
    assert [one.code for one in visitor.world.entries(Code.INCIDENT_CLOSED, Code.INCIDENT_OPENED)] == [
        Code.INCIDENT_CLOSED,
        Code.INCIDENT_OPENED,
        Code.INCIDENT_CLOSED,
    ]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("suppliers", []),
        ("role", ["role"]),
        ("municipality_application", ["municipality", "application"]),
    ],
)
async def test_the_form_has_only_the_fields_of_what_was_chosen(visitor, kind, fields):
    first = await visitor.get("/incidents", CENTRE)
    assert "<select" not in first
    assert 'name="reason_cs"' not in first
    assert f'href="/incidents?kind={kind}#close"' in first
    form = await visitor.get(f"/incidents?kind={kind}", CENTRE)
    assert re.findall(r'<select id="([a-z]+)"', form) == fields
    assert f'name="kind" value="{kind}"' in form
    assert 'name="reason_cs"' in form
    assert "<select" not in await visitor.get("/incidents?kind=nothing", CENTRE)


async def test_while_a_gate_is_late_the_page_does_not_say_that_nobody_is_let_in(visitor):
    nobody = "Nobody is let in there any more"
    assert nobody in await visitor.get("/incidents?done=closed", CENTRE)
    visitor.given.gates_late = True
    shown = await visitor.get("/incidents?done=closed", CENTRE)
    assert "Not every gate has taken it yet" in shown
    assert nobody not in shown


@pytest.mark.parametrize("path", ["/incidents/confirm", "/incidents/close"])
async def test_only_whoever_may_administer_reaches_the_switch(visitor, path):
    assert "Close access" not in await visitor.get("/incidents", AUTHOR)
    assert await visitor.refused(path, AUTHOR, **CLOSING) == (403, "not_for_the_centre")
    (entry,) = visitor.world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.subject, entry.reason) == (AUTHOR.subject, "not_for_the_centre")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"kind": "nobody"}, (400, "request_unreadable")),
        ({"kind": "role"}, (409, "incident_unusable")),
        ({"kind": "application", "application": "payroll"}, (409, "incident_target_unknown")),
        ({"kind": "municipality", "municipality": "500000"}, (409, "incident_target_unknown")),
        ({"reason_en": ""}, (409, "incident_unusable")),
    ],
)
@pytest.mark.parametrize("path", ["/incidents/confirm", "/incidents/close"])
async def test_what_cannot_be_closed_is_refused_by_name(visitor, path, changes, refusal):
    assert await visitor.refused(path, CENTRE, **CLOSING | changes) == refusal
    assert visitor.world.taken == 0


@pytest.mark.parametrize("path", ["/incidents/confirm", "/incidents/close"])
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"kind": "role"}, "role", "needs a role"),
        ({"kind": "application", "application": "payroll"}, "application", "one of those offered"),
        ({"kind": "municipality_application", "application": "map"}, "municipality", "needs a municipality"),
        ({"reason_en": " "}, "reason_en", "Write why in one line"),
        ({"reason_cs": "{obec}"}, "reason_cs", "without braces"),
    ],
)
async def test_what_is_wrong_with_a_closure_is_said_at_its_field_and_nothing_typed_is_lost(
    visitor, path, changes, field, words
):
    entered = CLOSING | {"reason_cs": "Výpadek.", "reason_en": "An outage."} | changes
    page = await (await visitor.post(path, CENTRE, **entered)).text()
    assert re.findall(r'class="wrong" id="([a-z_]+)-error"', page) == [field]
    (wrong,) = re.findall(rf'id="{field}-error".*?</span> ([^<]*)</p>', page)
    assert words in wrong
    (control,) = re.findall(rf'<(?:select|input) id="{field}"[^>]*>', page)
    assert 'aria-invalid="true"' in control
    assert f'aria-describedby="{field}-error"' in control
    assert f'name="kind" value="{entered["kind"]}"' in page
    assert visitor.world.taken == 0
    refused = visitor.world.entries(Code.POLICY_ACT_REFUSED)
    assert len(refused) == (1 if path.endswith("close") else 0)


async def test_who_chose_nothing_to_close_is_told_so(visitor):
    answer = await visitor.post("/incidents/confirm", CENTRE, reason_cs="Výpadek.", reason_en="An outage.")
    page = await answer.text()
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "incident_unusable")
    assert "Choose what is to be closed." in page
    assert 'href="/incidents?kind=suppliers#close"' in page
    again = await visitor.post("/incidents/close", CENTRE, reason_cs="Výpadek.", reason_en="An outage.")
    assert (again.status, again.headers[REASON_HEADER]) == (400, "request_unreadable")


async def test_who_opens_again_without_a_reason_is_told_at_the_field(visitor):
    await visitor.done("/incidents/close", CENTRE, **CLOSING)
    [where] = re.findall(r'href="(/incidents/[^"]+/open)"', await visitor.get("/incidents", CENTRE))
    page = await (await visitor.post(where, CENTRE, why=" ")).text()
    assert 'aria-describedby="why-error"' in page
    assert "Open access again?" in page
    assert visitor.world.taken == 1
