"""By which policies control planes of a fleet decide, and what a node may put in their place: two on one database."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed
from structlog.testing import capture_logs

from config.sources import DISK
from config.vocabulary import ApplicationId, Language
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Outcome
from gateway.commands.decisions import policy_book
from gateway.commands.fitness import require_shared_policies
from gateway.commands.policies_in_force import newly_loaded
from gateway.commands.publishing import LeftBehind, NotInForce, put_in_place_of
from gateway.commands.shared_policies import (
    SharedPoliciesUnusable,
    _first,
    book_at_start,
    book_in_force,
    in_force,
    own_texts,
)
from gateway.commands.state import now, open_state
from gateway.policy_office.incident import Incident
from gateway.policy_office.version import Source
from gateway.storage.audit_evidence import rows
from gateway.storage.policy_incidents import StoredIncidents
from policies.brought import BringsFaults
from policies.incidents import Closure, ClosureKind
from policies.load import PoliciesUnusable
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.installation import install
from tests.rig.nodes_at_rest import COMMENT, Node, nodes_at_rest

pytestmark = pytest.mark.real  # free ports are looked for
NOTES = f"""
@id("notes-read")
@title_cs("Poznámky čtou všichni")
@title_en("Everybody reads notes")
permit (principal, action == Action::"read", resource in Municipality::"{HULIN}")
when {{ resource in Application::"notes" }};
"""


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    with nodes_at_rest(tmp_path) as made:
        yield made


def test_the_first_that_starts_publishes_its_own_and_that_is_recorded_once(nodes: tuple[Node, Node]) -> None:
    a, b = nodes
    with capture_logs() as said:
        books = [a.start(), b.start(), a.start()]
    assert len({one.version for one in books}) == 1
    assert (a.in_force().node, a.in_force().by) == ("a", "system")
    assert [one.policy_version for one in a.entries(Code.POLICIES_LOADED)] == [books[0].version]
    assert said == []


def test_of_two_that_start_at_once_the_quicker_has_published(nodes: tuple[Node, Node]) -> None:
    a, b = nodes
    b.edit(HULIN)
    a.start()
    assert _first(b.state, DISK, b.name, now()) == a.in_force()  # as b does that has found nothing before
    assert a.in_force().node == "a"


def test_who_starts_later_decides_by_what_is_in_force_and_is_told_that_its_files_differ(
    nodes: tuple[Node, Node],
) -> None:
    a, b = nodes
    b.edit(HULIN)
    first = a.start()
    with capture_logs() as said:
        second = b.start()
    assert second.version == first.version == book_in_force(b.state).version
    (told,) = said
    assert told["event"] == "policies.files_differ"
    assert f"version {first.version}" in told["in_force"]
    assert "at node a" in told["in_force"]
    assert "brana policy export" in told["do"]


async def test_policies_of_an_application_that_is_not_here_yet_are_loaded_with_the_titles_of_those_that_are(
    nodes: tuple[Node, Node],
) -> None:
    a, b = nodes
    settings = a.state.settings
    records = next(one for one in settings.applications if one.id == "records")
    first = b.start()
    a.edit(HULIN, NOTES)
    with pytest.raises(PoliciesUnusable):  # whoever publishes must have it
        a.proposal()
    notes = changed(records, id=ApplicationId("notes"))
    a.state = replace(a.state, settings=changed(settings, applications=[*settings.applications, notes]))
    a.read_last = own_texts(b.state.settings)
    made = await a.publish()
    assert made is not None
    there = book_in_force(b.state)
    assert there.version == made.version != first.version
    assert there._names.applications[ApplicationId("records")] == {"cs": "records", "en": "records"}


async def test_an_edit_comes_into_force_for_all_with_its_entries(nodes: tuple[Node, Node]) -> None:
    a, b = nodes
    first = a.start()
    b.start()
    b.edit(HULIN)
    made = await b.publish()
    assert made is not None
    assert a.in_force() == made
    assert (made.node, made.by) == ("b", "cli:root")
    (reloaded,) = a.entries(Code.CONFIGURATION_RELOADED)
    assert (reloaded.subject, reloaded.policy_version) == ("cli:root", made.version)
    assert reloaded.details == {"before": first.version, "after": made.version, "node": "b"}
    loaded = a.entries(Code.POLICIES_LOADED)[-1]
    assert (loaded.policy_version, loaded.details["previous"]) == (made.version, first.version)
    assert loaded.details["changed"] == [f"changed municipalities/{HULIN}.cedar"]
    assert await b.publish() is None, "nothing is new"
    assert len(a.entries(Code.CONFIGURATION_RELOADED)) == 1


async def test_a_node_that_has_missed_a_change_does_not_undo_it(nodes: tuple[Node, Node]) -> None:
    a, b = nodes
    a.start()
    b.start()
    a.edit(HULIN)
    made = await a.publish()
    assert made is not None
    with pytest.raises(LeftBehind) as told:
        await b.publish()
    for words in (f"municipalities/{HULIN}.cedar", made.version, "at node a by cli:root", "brana policy"):
        assert words in str(told.value)
    b.edit(KROMERIZ)  # behind what it has
    with pytest.raises(LeftBehind) as told:
        await b.publish()
    assert f"{KROMERIZ}.cedar" not in str(told.value)
    assert a.in_force() == made


async def test_a_node_that_was_started_with_edits_of_what_was_in_force_publishes_them(
    nodes: tuple[Node, Node],
) -> None:
    a, b = nodes
    first = a.start()
    b.start()
    b.edit(HULIN)
    assert b.start().version == first.version
    made = await b.publish()
    assert made is not None
    assert made.version != first.version


async def test_a_node_whose_files_were_never_those_in_force_publishes_nothing_untouched(
    nodes: tuple[Node, Node],
) -> None:
    a, b = nodes
    a.start()
    b.edit(HULIN)  # an old copy, for one
    b.start()
    with pytest.raises(LeftBehind):
        await b.publish()


async def test_a_node_whose_files_somebody_has_brought_along_publishes_the_next_change(
    nodes: tuple[Node, Node],
) -> None:
    a, b = nodes
    a.start()
    b.start()
    for node in nodes:
        node.edit(HULIN)
    await a.publish()
    b.edit(KROMERIZ)
    made = await b.publish()
    assert made is not None
    assert made.texts == own_texts(b.state.settings)


async def test_one_version_is_put_in_the_place_of_another_by_name_alone(nodes: tuple[Node, Node]) -> None:
    a, b = nodes
    first = a.start()
    b.start()
    a.edit(HULIN)
    second = await a.publish()
    assert second is not None
    with pytest.raises(NotInForce, match=f"brana policy replace {second.version}"):
        await put_in_place_of(b.state, b.proposal(), first.version)
    made = await put_in_place_of(b.state, b.proposal(), second.version)
    assert a.in_force() == made
    assert (made.version, made.node) == (first.version, "b")
    b.edit(KROMERIZ)
    assert await b.publish() is not None, "its files follow those in force again"


async def test_what_cannot_be_loaded_here_starts_nothing_and_says_where_it_is_wrong(
    nodes: tuple[Node, Node],
) -> None:
    a, b = nodes
    a.start()
    texts = own_texts(a.state.settings) | {"region/10-sign-in.cedar": "permit ("}
    wrong = a.put(texts)
    for refused in (b.start, lambda: require_shared_policies(b.state), lambda: book_in_force(b.state)):
        with pytest.raises(SharedPoliciesUnusable, match=r"region/10-sign-in\.cedar:1") as told:
            refused()
        assert wrong.version in str(told.value)
        assert "brana reload" in str(told.value)


def test_a_machine_alone_publishes_its_files_at_the_first_start_and_what_was_edited_on_top_of_them(
    tmp_path: Path,
) -> None:
    installation = install(tmp_path)
    state = open_state(installation.configuration)
    try:
        assert in_force(state) is None
        book, _ = book_at_start(state, DISK, now())
        assert (
            book.version
            == book_in_force(state).version
            == policy_book(state.settings, state.district).version
        )
        first = in_force(state)
        assert first is not None
        assert (first.number, first.source, first.node) == (1, Source.FIRST, "-")
        file = state.settings.policies.municipalities / f"{HULIN}.cedar"
        file.write_text(file.read_text("utf-8") + COMMENT, "utf-8")
        require_shared_policies(state)
        assert book_at_start(state, DISK, now())[0].version != book.version
        second = in_force(state)
        assert second is not None
        assert (second.number, second.base, second.texts) == (2, 1, own_texts(state.settings))
        state.database.write_soon(
            lambda connection: state.policy_versions(connection).put_in_force(first)
        ).result()
        with capture_logs() as said:
            assert book_at_start(state, DISK, now())[0].version == book.version, (
                "others came into force since"
            )
        assert [one["event"] for one in said] == ["policies.files_differ"]
    finally:
        state.database.close()


TEXT = {Language.CZECH: "Prověřujeme.", Language.ENGLISH: "We look into it."}
NAMELESS = f'\n@id("nameless")\npermit (principal, action, resource in Municipality::"{HULIN}");\n'
SLIP = f"""
@id("slip")
@title_cs("Údržba")
@title_en("Maintenance")
permit (principal, action, resource in Municipality::"{HULIN}")
when {{ context has maintenence }};
"""


@pytest.mark.parametrize(
    ("text", "what"), [(NAMELESS, "the permit has no @title_cs, @title_en"), (SLIP, "`has maintenence`")]
)
def test_a_start_with_files_that_bring_faults_stays_with_what_is_kept_and_says_so(
    tmp_path: Path, text: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    state = open_state(install(tmp_path).configuration)
    try:
        file = state.settings.policies.municipalities / f"{HULIN}.cedar"
        before = file.read_text("utf-8")
        file.write_text(before + text, "utf-8")
        with pytest.raises(
            BringsFaults, match=what
        ):  # where nothing is in force yet, there is nothing to stay with
            require_shared_policies(state)
        with pytest.raises(BringsFaults, match=what):
            book_at_start(state, DISK, now())
        assert in_force(state) is None
        file.write_text(before, "utf-8")
        first = book_at_start(state, DISK, now())[0].version
        file.write_text(before + text, "utf-8")
        require_shared_policies(state)
        told = capsys.readouterr().err
        assert what in told
        assert "the policies in force stay as they are" in told
        with capture_logs() as said:
            assert book_at_start(state, DISK, now())[0].version == first
        assert [one["event"] for one in said] == ["policies.files_refused", "policies.files_differ"]
        entries = state.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])
        (refused,) = [one for one in entries if one.code is Code.CONFIGURATION_REFUSED]
        assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "policies_with_faults")
        assert what in str(refused.details)
        file.write_text(before + COMMENT, "utf-8")
        assert book_at_start(state, DISK, now())[0].version != first, "mended files count again"
    finally:
        state.database.close()


@pytest.mark.parametrize("text", [NAMELESS, SLIP])
async def test_no_node_publishes_files_that_bring_faults_nor_puts_them_in_the_place_of_others(
    nodes: tuple[Node, Node], text: str
) -> None:
    a, _ = nodes
    first = a.start()
    a.edit(HULIN, text)
    with pytest.raises(BringsFaults, match=f"municipalities/{HULIN}.cedar"):
        await a.publish()
    with pytest.raises(BringsFaults):
        await put_in_place_of(a.state, a.proposal(), first.version)
    assert a.in_force().version == first.version
    assert a.entries(Code.CONFIGURATION_RELOADED) == []


@pytest.mark.parametrize("text", [NAMELESS, SLIP])
async def test_what_was_in_force_before_goes_on_and_can_be_changed_elsewhere(
    nodes: tuple[Node, Node], text: str
) -> None:
    a, b = nodes
    a.start()
    for node in nodes:
        node.edit(HULIN, text)
    a.put(
        own_texts(a.state.settings), a.proposal().book.version
    )  # as an older version of the product let it come
    require_shared_policies(a.state)
    a.start()
    a.edit(KROMERIZ)
    made = await a.publish()
    assert made is not None
    assert b.start().version == made.version


def test_the_entry_of_a_version_names_the_kept_one_on_which_it_rests_and_what_is_closed(
    nodes: tuple[Node, Node],
) -> None:
    a, _ = nodes
    book = a.start()
    (loaded,) = a.entries(Code.POLICIES_LOADED)
    assert (loaded.details["kept"], "closures" in loaded.details) == (1, False)
    closure = Closure(kind=ClosureKind.APPLICATION, target="budget", reason=TEXT, by="cli:root", at=now())
    made = Incident(id="i" * 22, closure=closure, closed_by_name="root")
    a.state.database.write_soon(lambda c: StoredIncidents(c).keep(made)).result()
    closed = book_in_force(a.state)
    assert closed.version != book.version
    (entry,) = a.state.database.read_now(lambda c: newly_loaded(c, closed, now()))
    assert (entry.details["kept"], entry.details["closures"]) == (1, ["application budget"])
    a.put(own_texts(a.state.settings) | {f"municipalities/{HULIN}.cedar": COMMENT}, "111111111111")
    (late,) = a.state.database.read_now(lambda c: newly_loaded(c, closed, now()))
    assert "kept" not in late.details, "others have come into force since, and no number is guessed"
