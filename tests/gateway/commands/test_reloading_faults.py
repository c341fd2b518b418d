"""`brana reload` on the running product, of policies that Cedar has nothing against and that are refused."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.audit.entry import Code, Outcome
from tests.rig.changing import NOTES_POLICY, Changing, changing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Changing]:
    async with changing(tmp_path_factory.mktemp("r")) as made:
        yield made


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (NOTES_POLICY.replace("@title_", "// @title_"), "the permit has no @title_cs, @title_en"),
        (
            NOTES_POLICY.replace("when {", "when { context has maintenence &&"),
            "`has maintenence` is never true",
        ),
    ],
)
async def test_policies_that_bring_faults_are_refused_with_and_without_other_settings(
    world: Changing, text: str, what: str
) -> None:
    for settings in (world.first, world.first + world.notes):
        world.write(settings, text.replace('"notes"', '"map"') if settings == world.first else text)
        status, _, complaint = await world.reload()
        assert status == 1
        assert "what was in force stays (policies_with_faults)" in complaint
        assert what in complaint
        (entry, *_) = await world.recorded(Code.CONFIGURATION_REFUSED)
        assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "policies_with_faults")
    world.write(world.first)
    assert (await world.reload())[0] == 0
