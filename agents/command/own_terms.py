"""Commands in what is said, in terms of the system on which the agent runs; the words are written for Linux. Pure."""

import sys
from collections.abc import Mapping

from agents.installing.service import LABEL, TASK
from config.vocabulary import Language

Words = Mapping[str, Mapping[Language, str]]
OTHERWISE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "darwin": (
        ("sudo systemctl start brana-agent", f"sudo launchctl kickstart system/{LABEL}"),
        ("sudo systemctl stop brana-agent", f"sudo launchctl bootout system/{LABEL}"),
    ),
    "win32": (
        ("sudo systemctl start brana-agent", f'schtasks /Run /TN "{TASK}"'),
        ("sudo systemctl stop brana-agent", f'schtasks /End /TN "{TASK}"'),
        ("sudo brana-agent", "brana-agent"),
        (" (sudo)", ""),
        ("with sudo", "as an administrator"),
    ),
}


def in_own_terms(words: Words, system: str = sys.platform) -> dict[str, dict[Language, str]]:
    return {
        name: {tongue: _said(text, system) for tongue, text in both.items()} for name, both in words.items()
    }


def _said(text: str, system: str) -> str:
    for on_linux, here in OTHERWISE.get(system, ()):
        text = text.replace(on_linux, here)
    return text
