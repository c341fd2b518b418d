"""Whatever a municipality writes for itself and has approved, it changes nothing for another."""

import asyncio
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.storage.database import Database
from policies.evaluate import PolicyBook
from policies.model import Question
from policies.texts import Texts
from tests.policies.generated import OF_REGION, OF_WHAT_IS_LENT, municipal, numbered, of, statements
from tests.policies.generated_questions import LENT_SOMETHING, QUESTIONS
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.policy_office import FILE, FIRST, HERE, MINUTE, NOON, World, checks
from tests.rig.prepared import prepared

REACHING = statements("permit forbid", (*OF_REGION, "resource is Resource", *of(KROMERIZ)))
OWN = st.builds(
    lambda own, more: {FILE: numbered(HULIN, [_with_a_name(one) for one in (*own, *more)])},
    municipal(HULIN, more=OF_WHAT_IS_LENT),
    st.lists(REACHING, max_size=1),
)
ASKED = st.lists(QUESTIONS | LENT_SOMETHING, min_size=1, max_size=4)


def _with_a_name(policy: str) -> str:
    return policy if "@title_cs" in policy else f'@title_cs("a") @title_en("b") {policy}'


async def saved(own: dict[str, str]) -> tuple[Refusal | None, Texts]:
    """By its author and its mayor, as every change is: why not, and what is in force then."""
    with TemporaryDirectory() as folder, closing(Database(prepared(Path(folder) / "brana.db"))) as database:
        world = World(database)
        try:
            one = await world.edited(own)
            one = await world.office.submit(world.author.asking, one.id, one.revision, NOON + MINUTE)
            await world.activation.approve(world.mayor.asking, one.id, one.digest, None, NOON + 2 * MINUTE)
        except ActRefused as refused:
            return refused.reason, world.in_force().texts
        return None, world.in_force().texts


def test_what_is_saved_for_one_municipality_changes_no_verdict_about_anothers_resource() -> None:
    before, came_of = book_of(FIRST), Counter[Refusal | None]()

    @settings(max_examples=30, deadline=None)
    @given(OWN, ASKED)
    def told(own: dict[str, str], asked: list[Question]) -> None:
        refused, texts = asyncio.run(saved(own))
        came_of[refused] += 1
        assert texts == (FIRST if refused else FIRST | own)
        after = book_of(texts)
        for question in asked:
            elsewhere = replace(question, municipality=KROMERIZ)
            assert replace(before.decide(elsewhere), version="") == replace(
                after.decide(elsewhere), version=""
            )
            assert before.allowed_by(elsewhere, Action) == after.allowed_by(elsewhere, Action)

    told()
    assert came_of[None] > 0
    assert came_of[Refusal.CHECKS_FAILED] > 0


def book_of(texts: Texts) -> PolicyBook:
    book = checks(texts, HERE).book
    assert book is not None
    return book
