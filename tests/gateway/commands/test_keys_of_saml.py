"""`brana keys rotate --which saml`: only where service providers are, and by the operator alone."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.commands.keys import command
from gateway.commands.state import open_state
from tests.rig.installation import install

pytestmark = pytest.mark.real
PARTY = '\n[[saml_service_providers]]\nentity_id = "https://a.test"\naddresses = ["https://a.test/acs"]\n'


def installed(folder: Path) -> Path:
    """The configuration of one that was started once."""
    configuration = install(folder).configuration
    state = open_state(configuration)
    assert state.keys
    state.database.close()
    return configuration


def rotate(configuration: Path, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, ["rotate", "--config", str(configuration), *more])
    return done.exit_code, done.output


def test_without_service_providers_there_is_no_key_to_rotate(tmp_path: Path) -> None:
    configuration = installed(tmp_path)
    code, said = rotate(configuration, "--which", "saml")
    assert code == 2
    assert "there are no saml_service_providers" in said
    assert "saml-1" not in rotate(configuration, "--compromised")[1]


def test_with_some_it_is_announced_for_a_month_and_replaced_at_once_when_compromised(tmp_path: Path) -> None:
    configuration = installed(tmp_path)
    text = configuration.read_text("utf-8")
    configuration.write_text(text + PARTY, "utf-8")
    assert "saml" not in rotate(configuration)[1]
    code, said = rotate(configuration, "--which", "saml")
    assert (code, "made: saml-1" in said, "30 days" in said) == (0, True, True), said
    assert "saml-2" in rotate(configuration, "--compromised")[1]
