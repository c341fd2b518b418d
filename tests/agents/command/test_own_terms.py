"""Nobody is told a command that their system has not got."""

import pytest

from agents.command.own_terms import in_own_terms
from agents.command.tunnel_words import TUNNEL
from agents.command.words import SAYS
from config.vocabulary import Language

OF_LINUX_ALONE = {"names"}
"""Said where systemd-resolved is missing, which is looked for on Linux."""
ALL = {**SAYS, **TUNNEL}


@pytest.mark.parametrize("system", ["darwin", "win32"])
@pytest.mark.parametrize("name", sorted(ALL.keys() - OF_LINUX_ALONE))
def test_what_is_said_names_no_command_of_linux_elsewhere(name: str, system: str) -> None:
    for text in in_own_terms({name: ALL[name]}, system)[name].values():
        assert "systemctl" not in text
        assert system == "darwin" or "sudo" not in text


def test_the_commands_are_those_of_the_system() -> None:
    start = {"x": {Language.ENGLISH: "Start it: sudo systemctl start brana-agent"}}
    said = {
        system: in_own_terms(start, system)["x"][Language.ENGLISH] for system in ("linux", "darwin", "win32")
    }
    assert said == {
        "linux": "Start it: sudo systemctl start brana-agent",
        "darwin": "Start it: sudo launchctl kickstart system/cz.brana.agent",
        "win32": 'Start it: schtasks /Run /TN "Brana Agent"',
    }
