"""Nodes of a fleet that have policy files of their own, and edits of them."""

import shutil
from collections.abc import Callable
from pathlib import Path

from config.load import load
from gateway.demo.configuration import POLICIES
from gateway.demo.people import CENTRE
from tests.rig.fleet import Node

WITHOUT_CASES = shutil.ignore_patterns("*.cases.toml")
"""What is edited here is meant to be other than the cases say."""
CLOSED = f"""
@id("{{application}}-closed") @reason("closed")
@title_cs("Zavřeno") @title_en("Closed") @advice_cs("Zítra.") @advice_en("Tomorrow.")
forbid (principal, action, resource in Municipality::"{CENTRE}")
when {{{{ resource in Application::"{{application}}" }}}};
"""


def of_its_own(folder: Path) -> Callable[[str, str], str]:
    """Copies of the example's policies below `folder`; of a node's name and configuration, as `fleet` asks."""

    def configured(node: str, text: str) -> str:
        copy = folder / f"policies-{node}"
        shutil.copytree(POLICIES, copy, ignore=WITHOUT_CASES)
        return text.replace(str(POLICIES), str(copy))

    return configured


def folder_of(node: Node) -> Path:
    return load(node.configuration)[0].policies.region.parent


def of_centre(node: Node) -> Path:
    """The file of the municipality whose clerks the tests are."""
    return folder_of(node) / f"municipalities/{CENTRE}.cedar"


def close(node: Node, application: str) -> None:
    """In that node's files, to everybody."""
    with of_centre(node).open("a", encoding="utf-8") as file:
        file.write(CLOSED.format(application=application))


def as_at_first(node: Node) -> None:
    folder = folder_of(node)
    shutil.rmtree(folder)
    shutil.copytree(POLICIES, folder, ignore=WITHOUT_CASES)


async def reloaded(node: Node) -> str:
    """`brana reload`, which takes it; the version that is in force then."""
    status, said = await node.brana("reload")
    assert status == 0, said
    assert "published: " in said, said
    return next(line for line in said.splitlines() if line.startswith("policies now: ")).rpartition(" ")[2]
