"""Control planes of a fleet that share a database and do not run: each with files of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from config.fleet import NodeName
from config.load import load
from config.sources import DISK
from config.vocabulary import MunicipalityCode
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.commands.decisions import policy_book
from gateway.commands.publishing import Proposal, publish
from gateway.commands.shared_policies import book_at_start, in_force, own_texts
from gateway.commands.state import State, now, open_state
from gateway.policy_office.version import Version
from gateway.storage.audit_evidence import rows
from policies.evaluate import PolicyBook
from tests.rig.installation import install

FLEET = '\n[fleet]\nnode = "{name}"\naddress = "127.0.0.1"\n'
COMMENT = "// Poznámka.\n"


@dataclass
class Node:
    """A control plane that does not run; `read_last` as it read its files when it started."""

    name: NodeName
    state: State
    read_last: dict[str, str]

    @property
    def policies(self) -> Path:
        return self.state.settings.policies.municipalities

    def edit(self, code: MunicipalityCode, more: str = COMMENT) -> None:
        file = self.policies / f"{code}.cedar"
        file.write_text(file.read_text("utf-8") + more, "utf-8")

    def start(self) -> PolicyBook:
        self.read_last = own_texts(self.state.settings)
        return book_at_start(self.state, DISK, now())[0]

    def proposal(self) -> Proposal:
        settings, district = self.state.settings, self.state.district
        book, texts = policy_book(settings, district), own_texts(settings)
        return Proposal(texts=texts, book=book, by="cli:root", node=self.name, at=now())

    async def publish(self) -> Version | None:
        made = await publish(self.state, self.proposal(), self.read_last)
        self.read_last = own_texts(self.state.settings)
        return made

    def in_force(self) -> Version:
        found = in_force(self.state)
        assert found is not None
        return found

    def put(self, texts: dict[str, str], version: str = "000000000000") -> Version:
        """In force with whatever texts, past all checks."""
        made = replace(self.in_force(), texts=texts, version=version)
        work = lambda connection: self.state.policy_versions(connection).put_in_force(made)  # noqa: E731
        return self.state.database.write_soon(work).result()

    def entries(self, *codes: Code) -> list[Entry]:
        found = self.state.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])
        return [one for one in found if one.code in codes]


@contextmanager
def nodes_at_rest(folder: Path) -> Iterator[tuple[Node, Node]]:
    """`a` and `b`."""
    made = []
    for name in "ab":
        installation = install(folder / name)
        text = installation.configuration.read_text("utf-8")
        installation.configuration.write_text(text + FLEET.format(name=name), "utf-8")
        made.append(installation.configuration)
    state = open_state(made[0])
    try:
        there = state.under(load(made[1])[0], state.district)
        yield Node(NodeName("a"), state, {}), Node(NodeName("b"), there, {})
    finally:
        state.database.close()
