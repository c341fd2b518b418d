"""Drafts: which forms can be filled in, how old drafts are, and taking several back at once."""

import re
from collections.abc import AsyncIterator
from urllib.parse import unquote

import pytest
import pytest_asyncio

from config.settings import Title
from config.vocabulary import REASON_HEADER, ApplicationId
from gateway.audit.entry import Code
from gateway.policy_office.proposal import State
from tests.rig.policy_office import FILE as HULIN_FILE
from tests.rig.policy_site import AUTHOR, BOTH, CENTRE, LOOKER, STRANGER
from tests.rig.policy_visitor import MAY_USE, Visitor, headers, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_a_form_with_nothing_to_choose_from_is_not_offered_and_says_what_is_missing(tmp_path) -> None:
    async with policy_visitor(tmp_path, networks=()) as visitor:
        page = await visitor.begun()
        draft = await visitor.get(f"{page}/edit")
        assert 'value="form/hours"' in draft
        assert 'value="form/networks"' not in draft
        assert "Ask the administrator of the technology centre" in draft
        form = await visitor.get(f"{page}/form/networks")
        assert "This form cannot be filled in yet." in form
        assert "[[networks]]" not in form, "who looks after one municipality sets nothing of the centre"
        assert f'action="{page}/form/networks"' not in form
        told = await visitor.get(f"{page}/form/networks", language="cs")
        assert "Požádejte správce technologického centra" in told
        centre = await visitor.begun(CENTRE)
        assert "in the setting [[networks]]" in await visitor.get(f"{centre}/form/networks", CENTRE)


async def test_who_saves_a_form_is_led_to_what_was_saved(visitor: Visitor) -> None:
    page = await visitor.begun()
    where = await visitor.filled(page)
    assert where == f"{page}/edit?done=saved&policy=map-clerks#policy-map-clerks"
    draft = await visitor.get(where)
    saved = draft.partition('id="policy-map-clerks" tabindex="-1"')[2].partition("</summary>")[0]
    assert "just saved" in saved
    assert draft.count("just saved") == 1
    assert "just saved" not in await visitor.get(f"{page}/edit")


@pytest.mark.parametrize("name", ["map--clerks", "m" * 80, "maps-"])
async def test_a_policy_that_is_saved_in_its_form_unchanged_keeps_its_name(
    visitor: Visitor, name: str
) -> None:
    page = await visitor.begun()
    await visitor.filled(page, id="x1")
    one = await visitor.one(page)
    text = one.texts[HULIN_FILE].replace('@id("x1")', f'@id("{name}")')
    await visitor.done(f"{page}/text", revision=one.revision, file=HULIN_FILE, text=text)
    (number,) = re.findall(r'form/may-use\?number=(\d+)"', await visitor.get(f"{page}/edit"))[-1:]
    shown = await visitor.get(f"{page}/form/may-use?number={number}")
    assert f'value="{name}"' in shown
    assert (
        await visitor.filled(page, id=name, number=number)
        == f"{page}/edit?done=saved&policy={name}#policy-{name}"
    )
    assert (await visitor.one(page)).texts[HULIN_FILE] == text


async def test_whoever_takes_a_policy_out_reads_applications_by_their_names(tmp_path, monkeypatch) -> None:
    map_ = Title(cs="Mapa obvodu", en="Map of the district")
    monkeypatch.setattr("tests.rig.policy_site.TITLES", {ApplicationId("map"): map_})
    async with policy_visitor(tmp_path) as visitor:
        page = await visitor.begun()
        await visitor.filled(page)
        draft = await visitor.get(f"{page}/edit")
        (question,) = re.findall(r'value="(remove[^"]+number=1)"', draft)
        shown = await visitor.get(f"{page}/{question.replace('&amp;', '&')}")
        assert "<dd>Map of the district</dd>" in shown


async def test_where_networks_are_named_their_form_is_offered(visitor: Visitor) -> None:
    page = await visitor.begun()
    assert 'value="form/networks"' in await visitor.get(f"{page}/edit")
    form = await visitor.get(f"{page}/form/networks")
    assert f'action="{page}/form/networks"' in form
    assert "cannot be filled in" not in form


LEADING_ON = ("", "form/hours", f"text?file={HULIN_FILE}", f"remove?file={HULIN_FILE}&number=0")


@pytest.mark.parametrize("there", LEADING_ON)
async def test_whatever_leads_on_from_a_draft_keeps_what_it_is_for(visitor: Visitor, there: str) -> None:
    page, to = await visitor.begun(), there or "look"
    shown = await visitor.get(f"{page}/edit")
    buttons = re.findall(r'<button[^>]*name="to" value="([^"]+)"', shown)
    assert to in [unquote(one.replace("&amp;", "&")) for one in buttons]
    assert f'href="{page}"' not in shown, "a link would lose it"
    assert await visitor.step(page, "note", note="Kvůli mapám.", to=to) == f"{page}/{there}".rstrip("/")
    one = await visitor.one(page)
    assert one.note == "Kvůli mapám."
    await visitor.step(page, "note", note="Kvůli mapám.", to=to)
    assert (await visitor.one(page)).revision == one.revision, "nothing was edited"


async def test_a_new_file_of_the_region_is_led_to_with_the_note_kept(visitor: Visitor) -> None:
    page = await visitor.begun(CENTRE, of="region")
    file = "region/60-new.cedar"
    there = await visitor.step(page, "note", CENTRE, note="Nové.", to="new-file", file=file)
    assert file in await visitor.get(there, CENTRE)
    assert (await visitor.one(page)).note == "Nové."


@pytest.mark.parametrize("to", ["//elsewhere.test", "../x/edit", "approve", "form/../../x", "text\r\nX: y"])
async def test_nobody_is_led_where_no_button_leads(visitor: Visitor, to: str) -> None:
    page = await visitor.begun()
    answer = await visitor.refused(f"{page}/note", revision="0", note="x", to=to)
    assert answer == (400, "request_unreadable")
    assert not (await visitor.one(page)).note


async def test_what_a_change_is_for_is_not_lost_where_another_was_quicker(visitor: Visitor) -> None:
    page = await visitor.begun()
    revision = str((await visitor.one(page)).revision)
    await visitor.filled(page)
    answer = await visitor.post(f"{page}/note", revision=revision, note="Kvůli mapám.", to="look")
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "proposal_edited_meanwhile")
    said = await answer.text()
    assert ">Kvůli mapám.</textarea>" in said
    assert "map-clerks" in said


def chosen(*pages: str) -> str:
    return "/drafts?of=&" + "&".join(f"draft={page.rpartition('/')[2]}" for page in pages)


def answers(question: str) -> list[str]:
    return re.findall(r'name="draft" value="([^"]+)"', question)


async def test_drafts_that_lie_about_show_their_age_and_several_go_at_once(visitor: Visitor) -> None:
    first, second, kept = [await visitor.begun() for _ in range(3)]
    page = await visitor.get("/proposals")
    assert page.count("Last changed: ") == 3
    assert "just now" in page
    question = await visitor.get(chosen(first, second))
    assert "Withdraw 2 drafts" in question
    assert (await visitor.one(first)).state is State.DRAFT, "nothing is withdrawn by being asked"
    where = await visitor.done("/drafts", of="", draft=answers(question))
    assert "The drafts are withdrawn." in await visitor.get(where)
    states = [(await visitor.one(one)).state for one in (first, second, kept)]
    taken_back = visitor.world.entries(Code.POLICY_WITHDRAWN)
    assert [one.subject for one in taken_back] == [AUTHOR.subject] * 2
    assert states == [State.WITHDRAWN, State.WITHDRAWN, State.DRAFT]


async def test_others_drafts_and_what_is_submitted_are_not_withdrawn_so(visitor: Visitor) -> None:
    others, submitted = await visitor.begun(BOTH), await visitor.submitted()
    page = await visitor.get("/proposals")
    assert "Your drafts" not in page
    assert "On the way" in page
    await visitor.get(chosen(others, submitted), status=303)
    theirs = await visitor.begun(STRANGER)
    sent = f"{theirs.rpartition('/')[2]} {(await visitor.one(theirs)).revision}"
    assert await visitor.refused("/drafts", of="", draft=sent) == (404, "proposal_unknown")
    assert (await visitor.one(theirs)).state is State.DRAFT


async def test_a_draft_that_was_edited_meanwhile_stays(visitor: Visitor) -> None:
    first, page, last = [await visitor.begun() for _ in range(3)]
    sent = answers(await visitor.get(chosen(first, page, last)))
    await visitor.filled(page)
    where = await visitor.done("/drafts", of="", draft=sent)
    assert "Some of the drafts were changed or submitted meanwhile and stay" in await visitor.get(where)
    states = [(await visitor.one(one)).state for one in (first, page, last)]
    assert states == [State.WITHDRAWN, State.DRAFT, State.WITHDRAWN]
    [refused] = visitor.world.entries(Code.POLICY_ACT_REFUSED)
    assert refused.reason == "proposal_edited_meanwhile"


async def test_who_chose_no_draft_is_told_so(visitor: Visitor) -> None:
    await visitor.begun()
    answer = await visitor.client.get("/drafts?of=", headers=headers(AUTHOR), allow_redirects=False)
    assert answer.headers["Location"] == "/proposals?done=none"
    assert "Nothing was chosen." in await visitor.get("/proposals?done=none")
    assert await visitor.done("/drafts", of="") == "/proposals?done=none"
    assert await visitor.refused("/drafts", LOOKER, of="", draft="x 1") == (404, "proposal_unknown")
    assert await visitor.refused("/drafts", of="", draft="x") == (400, "request_unreadable")


async def test_what_a_change_is_for_is_asked_for_where_it_is_submitted(visitor: Visitor) -> None:
    page = await visitor.begun()
    await visitor.filled(page)
    assert 'name="note"' in await visitor.get(page)
    revision = str((await visitor.one(page)).revision)
    answer = await visitor.post(f"{page}/submit", revision=revision, note=" ")
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "policies_without_reason")
    assert "The proposal is not submitted yet" in await answer.text()
    assert (await visitor.one(page)).state is State.DRAFT
    [refused] = visitor.world.entries(Code.POLICY_ACT_REFUSED)
    assert (refused.reason, refused.details["act"]) == ("policies_without_reason", "submit")
    where = await visitor.done(f"{page}/submit", revision=revision, note="Matrika potřebuje mapy.")
    shown = await visitor.get(where)
    assert "Matrika potřebuje mapy." in shown
    [entry] = visitor.world.entries(Code.POLICY_SUBMITTED)
    assert entry.details["why"] == "Matrika potřebuje mapy."


async def test_a_new_form_of_hours_leaves_the_way_in_for_emergencies(visitor):
    page = await visitor.begun()
    shown = await visitor.get(f"{page}/form/hours")
    assert re.search(r'name="emergency" value="true" checked', shown)
    assert re.search(r'name="requested" value="true">', shown)
    assert "read and write by emergency access" in shown
    revision = (await visitor.one(page)).revision
    suppliers = HOURS | {"roles": ["clerk", "supplier"], "since": "7", "until": "18", "emergency": "true"}
    answer = await visitor.post(f"{page}/form/hours", revision=revision, **suppliers)
    said = await answer.text()
    assert 'aria-describedby="emergency-error" checked' in said
    assert "It cannot be chosen for the role “supplier”." in said
    assert (await visitor.one(page)).revision == revision


async def test_a_draft_is_found_among_several_by_what_it_is_for(visitor):
    pages = [await visitor.begun() for _ in range(4)]
    revision = (await visitor.one(pages[0])).revision
    await visitor.done(f"{pages[0]}/note", revision=revision, note="Mapy pro účetní", to="")
    everything = await visitor.get("/proposals")
    assert 'role="search"' in everything
    found = await visitor.get("/proposals?q=ucetni+mapy")
    assert [page for page in pages if f'href="{page}"' in found] == pages[:1]
    none = await visitor.get("/proposals?q=nothing-like-it")
    assert "No draft fits." in none
    assert "No change is on the way." not in none


async def test_a_proposal_in_force_shows_what_it_changed_and_its_history_names_each_policy_once(
    visitor: Visitor,
) -> None:
    page = await visitor.begun()
    await visitor.step(page, "note", note="Mapy.", to="")
    await visitor.filled(page)
    await visitor.filled(page, number="1", actions=["read"])
    await visitor.step(page, "submit")
    await visitor.done(f"{page}/approve", BOTH, **await visitor.approval(page))
    shown = await visitor.get(page)
    history = shown.partition('id="history"')[2]
    assert history.count("(map-clerks)") == 1
    assert history.count("<strong>edited</strong>") == 1
    assert re.search(r"what the change is for\n[^<]+ \(map-clerks\)<", history)
    changed = shown.partition('id="changes"')[2].partition('id="history"')[0]
    assert "What it changed" in shown
    assert "map-clerks" in changed
    assert "added" in changed


async def test_a_withdrawn_proposal_shows_what_it_would_have_changed(visitor: Visitor) -> None:
    page = await visitor.begun()
    await visitor.filled(page)
    await visitor.step(page, "withdraw", why="Není třeba.")
    shown = await visitor.get(page)
    assert "What it would have changed" in shown
    assert "map-clerks" in shown.partition('id="changes"')[2]


async def test_a_policy_is_named_in_words_and_its_identifier_is_made_of_them(visitor: Visitor) -> None:
    page = await visitor.begun()
    where = await visitor.filled(page, id="Účetní: mapy")
    assert where == f"{page}/edit?done=saved&policy=ucetni-mapy#policy-ucetni-mapy"
    assert '@id("ucetni-mapy")' in (await visitor.one(page)).texts[HULIN_FILE]
    revision = str((await visitor.one(page)).revision)
    again = MAY_USE | {"revision": revision, "number": "", "id": "ÚČETNÍ mapy"}
    answer = await visitor.post(f"{page}/form/may-use", **again)
    assert "Another policy has that name" in await answer.text()
    answer = await visitor.post(f"{page}/form/may-use", **(again | {"id": "…"}))
    assert (answer.status, "Name the rule" in await answer.text()) == (409, True)


HOURS = {
    "id": "Noc", "roles": ["clerk"], "applications": ["map"], "since": "18", "until": "7", "days": ["1"], "number": "",
}  # fmt: skip


async def test_hours_over_midnight_lead_to_the_form_that_takes_them(visitor: Visitor) -> None:
    page = await visitor.begun()
    revision = str((await visitor.one(page)).revision)
    answer = await visitor.post(f"{page}/form/hours", revision=revision, **HOURS)
    said = await answer.text()
    assert answer.status == 409
    assert f'href="{page}/form/night-hours"' in said
    answer = await visitor.post(f"{page}/form/hours", revision=revision, **(HOURS | {"days": []}))
    assert f'href="{page}/form/night-hours"' in await answer.text()
    wrong = HOURS | {"since": "7", "until": "18", "days": []}
    answer = await visitor.post(f"{page}/form/hours", revision=revision, **wrong)
    assert "night-hours" not in await answer.text()


async def test_a_role_of_the_centre_is_offered_at_the_centre_alone(visitor: Visitor) -> None:
    page, there = await visitor.begun(), await visitor.begun(CENTRE)
    role = 'value="centre_administrator"'
    assert role not in await visitor.get(f"{page}/form/may-use")
    assert role in await visitor.get(f"{there}/form/may-use", CENTRE)
    await visitor.filled(page, roles=["centre_administrator"])
    assert role in await visitor.get(f"{page}/form/may-use?number=1"), "what was chosen already is not lost"
