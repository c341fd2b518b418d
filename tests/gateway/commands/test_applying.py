"""Texts of an operator come into force at once, or become proposals that somebody else approves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from config.sources import DISK
from gateway.audit.canonical import parse
from gateway.audit.entry import Code
from gateway.commands.applying import Meant, apply
from gateway.commands.policy_offices import checks, office_of
from gateway.commands.proposing import propose
from gateway.commands.publishing import NotInForce
from gateway.commands.shared_policies import book_at_start, in_force
from gateway.commands.state import State, now, open_state
from gateway.policy_office.asking import by_operator
from gateway.policy_office.proposal import State as Standing
from gateway.policy_office.scope import ANY, OF_REGION, Scope
from gateway.policy_office.version import Version
from gateway.storage.audit_evidence import rows
from idp.directory.same_person import no_others
from policies.load import PoliciesUnusable
from tests.policies.world import HONETICE, HULIN
from tests.rig.installation import install

pytestmark = pytest.mark.real  # free ports are looked for
BY = "cli:root (eva)"
FILE, THERE = (f"municipalities/{code}.cedar" for code in (HULIN, HONETICE))
COMMENT = "// Poznámka.\n"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = open_state(install(tmp_path).configuration)
    try:
        book_at_start(opened, DISK, now())
        yield opened
    finally:
        opened.database.close()


def proposing(state: State, what: str = "propose") -> State:
    policies = changed(state.settings.policies, from_files=what)
    return state.under(changed(state.settings, policies=policies), state.district)


def there(state: State) -> Version:
    found = in_force(state)
    assert found is not None
    return found


def codes(state: State) -> list[Code]:
    return state.database.read_now(lambda c: [parse(row.canonical).entry.code for row in rows(c)])


async def test_texts_come_into_force_at_once_with_whose_they_are(state: State) -> None:
    before = there(state)
    texts = before.texts | {FILE: before.texts[FILE] + COMMENT}
    applied = await apply(state, texts, BY, now(), Meant(before.version))
    assert applied.version == there(state)
    assert (there(state).texts, there(state).author, there(state).base) == (texts, BY, before.number)
    assert codes(state)[-2:] == [Code.POLICY_ACTIVATED, Code.POLICIES_LOADED]
    assert (await apply(state, texts, BY, now())).version is None, "nothing is new"
    with pytest.raises(NotInForce):
        await apply(state, before.texts, BY, now(), Meant(before.version))


async def test_what_cannot_be_loaded_is_not_applied_and_says_where_it_is_wrong(state: State) -> None:
    before = there(state)
    with pytest.raises(PoliciesUnusable, match=FILE):
        await apply(state, before.texts | {FILE: "permit ("}, BY, now())
    assert there(state) == before


async def test_where_files_are_proposed_each_scope_gets_a_proposal_and_nothing_comes_into_force(
    state: State,
) -> None:
    before, state = there(state), proposing(state)
    texts = before.texts | {FILE: before.texts[FILE] + COMMENT, THERE: "permit ("}
    applied = await apply(state, texts, BY, now())
    assert applied.version is None
    wrong, proposed = applied.said
    assert "checks_failed" in wrong
    assert THERE in wrong
    assert "to be approved by somebody else" in proposed
    office, asking = office_of(state, no_others), by_operator(BY)
    (one,) = await office.proposals(asking, Scope(HULIN))
    assert (one.state, one.owner) == (Standing.SUBMITTED, BY)
    (given_up,) = await office.proposals(asking, Scope(HONETICE))
    assert given_up.state is Standing.WITHDRAWN
    assert await office.proposals(asking, OF_REGION) == []
    assert there(state) == before


async def test_of_files_only_what_somebody_edited_is_proposed(state: State) -> None:
    state = proposing(state)
    read_last = there(state).texts
    newer = read_last | {THERE: read_last[THERE] + COMMENT}
    await apply(proposing(state, "activate"), newer, BY, now())
    edited = read_last | {FILE: read_last[FILE] + COMMENT}
    (made,) = await propose(state, edited, read_last, BY, now())
    assert made.said.startswith(f"proposed for {HULIN}")
    assert await propose(state, edited, edited, BY, now()) == []


async def test_a_case_that_is_broken_elsewhere_hinders_nobody_here(state: State) -> None:
    case = '[[case]]\nname = "nobody ever"\nroles = ["mayor"]\napplication = "map"\nreason = "closed"\n'
    texts = there(state).texts | {f"municipalities/{HONETICE}.cases.toml": case}
    assert checks(state, texts, Scope(HULIN)).problems == ()
    for scope in (Scope(HONETICE), OF_REGION, ANY):
        (problem,) = checks(state, texts, scope).problems
        assert all("nobody ever" in told for told in problem.values())
