"""A matrix is not asked about more parts of applications than anybody could read."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.__main__ import brana
from policies.parts import MOST_NAMED
from tests.rig.installation import install

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("language", "said"), [("en", "name fewer applications"), ("cs", "uveďte méně aplikací")]
)
def test_more_parts_than_a_matrix_has_are_told(tmp_path: Path, language: str, said: str) -> None:
    made = install(tmp_path)
    listed = ", ".join(f'"part-{at}"' for at in range(MOST_NAMED + 1))
    with (made.folder / "policies/municipalities/588491.cedar").open("a", encoding="utf-8") as file:
        file.write(
            '\n@id("parts") @title_cs("Části") @title_en("Parts")\n'
            'permit (principal is Person, action == Action::"read", resource in Municipality::"588491")\n'
            'when { resource in Application::"map" && context has route && '
            f"[{listed}].contains(context.route.id) }};\n"
        )
    folder = ["--policies", str(made.folder / "policies"), "--config", str(made.configuration)]
    result = CliRunner().invoke(brana, ["policy", "matrix", "Hulín", *folder, "--language", language])
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.output.split())
