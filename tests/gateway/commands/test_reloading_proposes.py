"""`brana reload` where edited files are proposed (`policies.from_files`): who proposes a part alone is told."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.asking import ask_to_reload
from gateway.commands.policies_reload import NOT_ALL
from tests.gateway.commands.test_policy_apply_in_part import RESTED_ON, RESTING
from tests.rig.changing import HULIN, Changing, changing

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
CASES = RESTING.replace("[[case]]", "\n[[case]]")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Changing]:
    async with changing(tmp_path_factory.mktemp("r")) as made:
        made.first = made.first.replace("[policies]\n", '[policies]\nfrom_files = "propose"\n')
        await made.reloaded(made.first)
        yield made


@pytest.mark.parametrize("with_settings", [False, True])
async def test_whoever_proposes_a_part_alone_is_told_by_words_and_exit_code(
    world: Changing, with_settings: bool
) -> None:
    region = world.policies.parent.with_name("region") / "60-portal.cedar"
    cases = world.policies.with_suffix(".cases.toml")
    before = region.read_text("utf-8")
    world.write(world.first + world.notes if with_settings else world.first)
    region.write_text(f"{before}\n{RESTED_ON}", "utf-8")
    cases.write_text(CASES, "utf-8")
    status, said, complaint = await world.reload()
    assert status == 1, said + complaint
    assert f"not proposed for {HULIN} (checks_failed)" in said
    assert "proposed for region, " in said
    assert NOT_ALL in said
    assert ("in force since now" in said) is with_settings
    status, again, _ = await world.reload()
    assert (status, again) == (0, "nothing has changed since the last reload or start\n")
    region.write_text(before, "utf-8")
    cases.unlink()
    status, said, _ = await world.reload()
    assert "not proposed" not in said
    assert status == 0


async def test_programs_are_told_the_scopes(world: Changing) -> None:
    region = world.policies.parent.with_name("region") / "60-portal.cedar"
    region.write_text(region.read_text("utf-8") + f"\n{RESTED_ON}// Poznámka.\n", "utf-8")
    world.policies.with_suffix(".cases.toml").write_text(CASES, "utf-8")
    told = ask_to_reload(world.product.run / "control.sock")
    assert told.applied
    assert told.not_proposed == [HULIN]
