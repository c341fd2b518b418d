"""Who edits policies as text reads in their own language what is wrong with them."""

import html
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.vocabulary import Language
from gateway.audit.entry import Code
from gateway.policy_office.file_note import note_of
from gateway.policy_office.proposal import Step, Taken
from gateway.web.policies.history import why_of
from tests.policies.world import HULIN
from tests.rig.policy_office import FILE, GUARDRAILS, NOON, SIGN_IN, entitled, reads
from tests.rig.policy_site import APPROVER
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real
CASES = f"municipalities/{HULIN}.cases.toml"
NEVER = '[[never]]\nname = "nobody-reads"\ntitle_cs = "Nikdo nečte"\ntitle_en = "Nobody reads"\n'

FAULTS = {
    "syntax": (
        FILE,
        reads(HULIN) + "\npermit (\nwhoever);\n",
        "není to pravidlo jazyka Cedar. Cedar hlásí: ",
        "opravte zápis na tomto místě; pravidlo obce může místo vás napsat formulář",
        "not a Cedar policy: ",
    ),
    "schema": (
        FILE,
        reads(HULIN).replace("when {", "when { principal.zzyx &&"),
        "atribut „zzyx“ tu není znám",
        "opravte jméno; známé atributy: ",
        "correct the name; known there are ",
    ),
    "an annotation": (
        FILE,
        reads(HULIN).replace("@id", '@titel_cs("x") @id'),
        "anotace @titel_cs není známa",
        "použijte některou z těchto: @advice_cs, ",
        "annotation @titel_cs is not known",
    ),
    "another municipality": (
        FILE,
        reads("588296"),
        f"pravidlo není omezeno na obec {HULIN}",
        f'zapište jeho rozsah jako `resource in Municipality::"{HULIN}"`',
        f"the policy is not limited to municipality {HULIN}",
    ),
    "a case that is none": (
        CASES,
        '[[case]]\nname = "a"\naction = "reed"\n',
        'hodnota sem nepatří. Kontrola hlásí: <span lang="en">Invalid enum value',
        "jak se případy píší, ukazuje docs/policies.md",
        "Invalid enum value",
    ),
    "a failed case": (
        CASES,
        '[[case]]\nname = "starosta píše"\napplication = "map"\naction = "write"\n',
        "případ „starosta píše“ nevychází v obci Hulín: mělo to být povoleno, a je to odmítnuto (",
        "opravte pravidlo; jestliže přestal platit sám případ, změňte ho týmž krokem",
        'the case "starosta píše" is broken at Hulín: expected to be permitted, and is refused (',
    ),
    "what must never be": (
        CASES,
        NEVER,
        "„Nikdo nečte“ (nobody-reads) v obci Hulín neplatí, povoluje map-read: ",
        "vezměte zpět pravidlo, které to povoluje",
        '"Nobody reads" (nobody-reads) does not hold at Hulín: permitted by map-read: ',
    ),
}


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_told_in_the_readers_language_in_the_editor_and_on_the_proposal(visitor, fault):
    file, text, czech, remedy, english = FAULTS[fault]
    page = await visitor.begun()
    where = await visitor.step(page, "text", file=file, text=text)
    for path in (where, page):
        shown = html.unescape(await visitor.get(path, language="cs"))
        assert czech in shown
        assert remedy in shown
        assert english in html.unescape(await visitor.get(path))
    revision = str((await visitor.one(page)).revision)
    assert await visitor.refused(f"{page}/submit", revision=revision, note="Proč.") == (409, "checks_failed")
    (entry,) = visitor.world.entries(Code.POLICY_ACT_REFUSED)
    assert english in str(entry.details["finding"])
    assert czech not in str(entry.details["finding"])


async def test_a_fault_shows_its_line_with_its_number_and_leads_to_the_editor(visitor):
    page = await visitor.begun()
    text = reads(HULIN) + "\npermit (\nwhoever);\n"
    number = text.split("\n").index("whoever);") + 1
    where = await visitor.step(page, "text", file=FILE, text=text)
    for path in (where, page):
        shown = await visitor.get(path, language="cs")
        assert f'<span class="quiet">{number}</span> <mark>whoever</mark>);' in shown
        assert f'<span class="quiet">{number - 1}</span> permit (' in shown
        assert "notice-error" in shown
    assert f'href="{page}/text?file={FILE}">Upravit jako text' in await visitor.get(page, language="cs")
    assert "Upravit jako text<" not in await visitor.get(where, language="cs")


async def test_who_gains_is_offered_while_a_case_fails_and_not_of_what_nobody_can_read(visitor):
    page = await visitor.begun()
    file, text, *_ = FAULTS["a failed case"]
    await visitor.step(page, "text", file=file, text=text)
    shown = await visitor.get(page, language="cs")
    assert f'href="{page}/impact"' in shown
    assert re.search(r"a je to odmítnuto \([a-z_]+: [^)]+\)", html.unescape(shown))
    assert "Kdo získá a kdo ztratí" in await visitor.get(f"{page}/impact", language="cs")
    await visitor.step(page, "text", file=FILE, text="permit (\nwhoever);\n")
    assert f'href="{page}/impact"' not in await visitor.get(page, language="cs")


async def test_the_history_says_in_the_readers_language_why_it_could_not_come_into_force(visitor):
    page = await visitor.submitted()
    await visitor.done(
        f"{page}/approve",
        APPROVER,
        **await visitor.approval(page) | {"when": "later", "at": "2026-11-24T07:30"},
    )
    at = (await visitor.one(page)).activate_at
    taken = SIGN_IN.replace("two-factors", "map-clerks")
    visitor.world.publish(visitor.world.in_force().texts | {GUARDRAILS: taken})
    await visitor.world.activation.activate_due(entitled, at)
    shown = html.unescape(await visitor.get(page, language="cs")).partition('id="history"')[2]
    assert "Návrh neprošel kontrolami" in shown
    assert "Brána <strong>v platnost uvést nemohla</strong>" in shown
    assert f"@id „map-clerks“ už má pravidlo v souboru {GUARDRAILS}" in shown
    shown = html.unescape(await visitor.get(page)).partition('id="history"')[2]
    assert "The proposal did not pass its checks" in shown
    assert f'policy id "map-clerks" is used already in {GUARDRAILS}' in shown
    assert "checks_failed" not in shown


async def test_a_proposal_of_files_is_called_in_the_language_of_its_page_alone(visitor):
    page = await visitor.begun()
    await visitor.step(page, "note", note=note_of([FILE]))
    for path in ("/", "/proposals", page, f"{page}/withdraw"):
        czech, english = (
            html.unescape(await visitor.get(path, language="cs")),
            html.unescape(await visitor.get(path)),
        )
        assert f"Ze souborů provozovatele: {FILE}" in czech, path
        assert f"From the operator's files: {FILE}" in english, path
        assert " / from the operator's files" not in czech + english, path


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("checks_failed", "Návrh neprošel kontrolami"),
        ("Raději ne.", "Raději ne."),
    ],
)
def test_a_reason_that_a_command_gave_is_put_into_words_and_what_somebody_wrote_stands(why, told):
    taken = Taken(revision=3, step=Step.WITHDRAW, subject="cli:root", name="root", at=NOON, why=why)
    assert why_of(taken, Language.CZECH) == told


def test_what_a_newer_version_kept_is_told_as_it_stands():
    taken = Taken(revision=3, step=Step.FAIL, subject="system", name="", at=NOON, why="other_reason\nx")
    assert why_of(taken, Language.CZECH) == "other_reason\nx"


async def test_a_title_in_one_language_alone_is_told_once_with_one_remedy(visitor):
    page = await visitor.begun()
    text = reads(HULIN) + "\n" + reads(HULIN, "map-more").replace('@title_en("Everybody reads the map")', "")
    revision = str((await visitor.one(page)).revision)
    where = await visitor.done(f"{page}/text", revision=revision, file=FILE, text=text)
    shown = await visitor.get(where, language="cs")
    assert shown.count("povolení nemá @title_en") == 1
    assert shown.count("doplňte @title_cs") == 1
    assert "v druhém jazyce" not in shown
