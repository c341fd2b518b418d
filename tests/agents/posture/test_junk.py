"""Whatever a machine answers: no collector raises, and what it says has its type."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.posture import linux, macos, windows
from agents.posture.asking import FEW_SECONDS, Answer
from agents.protocol.facts import KINDS, Fact, FactName, Word, decoded, encoded, known
from tests.agents.posture.linux_machines import OFFICE
from tests.agents.posture.macos_machines import MAC
from tests.agents.posture.recorded import NOW, Recorded
from tests.agents.posture.windows_machines import ANSWERS
from tests.agents.posture.windows_machines import windows as recorded_windows

Collect = Callable[..., dict[FactName, Fact]]
SYSTEMS: list[tuple[Collect, Recorded]] = [
    (linux.collect, OFFICE),
    (windows.collect, recorded_windows()),
    (macos.collect, MAC),
]
EACH = pytest.mark.parametrize(("collect", "machine"), SYSTEMS, ids=["linux", "windows", "macos"])

WORDS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b":",
    b",",
    b"\t",
    b"\n",
    b" - ",
    b"=",
    b"/",
    b"null",
    b"true",
    b"-1",
    b"1e999",
]
JUNK = (
    st.binary(max_size=60)
    | st.lists(st.sampled_from(WORDS), max_size=40).map(b"".join)
    | st.text().map(str.encode)
)


def checked(facts: dict[FactName, Fact]) -> None:
    assert known({str(name): fact for name, fact in facts.items()}) == facts
    assert decoded(encoded(facts)) == facts
    for name, fact in facts.items():
        kind = KINDS[name]
        assert not isinstance(kind, Word) or fact.value in kind.words


class Junk:
    """Answers everything with what is drawn for it, the same for the same question."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self._said: dict[object, object] = {}

    def _drawn(self, key: object, strategy: st.SearchStrategy[object]) -> object:
        if key not in self._said:
            self._said[key] = self._data.draw(strategy)
        return self._said[key]

    def read(self, path: str, *, end: bool = False) -> bytes | None:
        return self._drawn(path, st.none() | JUNK)

    def entries(self, path: str) -> tuple[str, ...] | None:
        names = st.sampled_from(
            ["tpm0", "dm-0", "sda", "nvme0n1", "locks", "local.d", "efi", "1000", "..", "ř\ud800"]
        )
        return self._drawn(("in", path), st.none() | st.lists(names, max_size=4).map(tuple))

    def run(self, *command: str, seconds: float = FEW_SECONDS) -> Answer | None:
        answer = st.builds(Answer, st.sampled_from([0, 0, 1, 8]), JUNK, JUNK)
        return self._drawn(command, st.none() | answer)


@EACH
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_junk_raises_nothing_and_is_no_fact_of_a_wrong_type(
    collect: Collect, machine: Recorded, data
) -> None:
    checked(collect(Junk(data), now=NOW))


@EACH
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_answers_that_are_damaged_raise_nothing(collect: Collect, machine: Recorded, data) -> None:
    """Nearly right ones reach further into the readers than junk does."""

    def damaged(raw: bytes) -> bytes:
        at = data.draw(st.integers(0, len(raw)))
        upto = data.draw(st.integers(at, min(at + 40, len(raw))))
        return raw[:at] + data.draw(JUNK) + (raw[upto:] if data.draw(st.booleans()) else b"")

    commands = {
        words: Answer(said.code, damaged(said.out), said.err)
        if isinstance(said, Answer)
        else damaged(said.encode() if isinstance(said, str) else said)
        for words, said in machine.commands.items()
    }
    files = {path: damaged(raw) if raw else raw for path, raw in machine.files.items()}
    checked(collect(machine.but(files=files, commands=commands), now=NOW))


LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = st.recursive(
    LEAF, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=4), one, max_size=3)
)


def other_values(data: st.DataObject, value: object) -> object:
    """Of the same form, with some values of another kind."""
    if data.draw(st.integers(0, 9)) == 0:
        return data.draw(JSON)
    match value:
        case dict():
            return {key: other_values(data, one) for key, one in value.items()}
        case list():
            return [other_values(data, one) for one in value][: data.draw(st.integers(0, 3))]
        case bool():
            return data.draw(st.booleans())
        case int():
            return data.draw(st.sampled_from([value, 0, -1, 1, 2**70]) | st.integers())
        case _:
            return data.draw(
                st.sampled_from([value, "", "0", "-5", "9" * 30, "\u202e"]) | st.text(max_size=8)
            )


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_answers_of_windows_with_other_values_are_no_facts_of_a_wrong_type(data) -> None:
    said = {question: other_values(data, answer) for question, answer in ANSWERS.items()}
    checked(windows.collect(recorded_windows(said), now=NOW))


@EACH
def test_no_fact_appears_whose_source_failed(collect: Collect, machine: Recorded) -> None:
    """Each command and file in turn is taken away, or fails: what is still said was said before, and as it was; only
    another source may say otherwise how it knows.
    """
    whole = collect(machine, now=NOW)
    for words in machine.commands:
        for instead in (None, Answer(1, b""), Answer(0, b""), Answer(0, b"\xff\x00\xfe" * 9)):
            facts = collect(machine.but(commands={words: instead}), now=NOW)
            assert facts.keys() <= whole.keys()
            assert facts != whole or words in UNUSED
    for path in machine.files:
        assert collect(machine.but(files={path: None}), now=NOW).keys() <= whole.keys() | {
            FactName.SCREEN_LOCK
        }


UNUSED = {"dsregcmd.exe", "id", "systemextensionsctl", "bputil", "dsconfigad", "sudo"}
UNUSED |= {words for _, machine in SYSTEMS for words in machine.commands if words.startswith("nvram")}
"""Of these machines, what is asked only where something else says nothing."""


@EACH
def test_where_every_command_fails_no_command_is_named_as_a_source(
    collect: Collect, machine: Recorded
) -> None:
    failed = {
        words: Answer(1, said.out if isinstance(said, Answer) else b"")
        for words, said in machine.commands.items()
    }
    facts = collect(machine.but(commands=failed), now=NOW)
    sources = {fact.found_by.partition(":")[0] for fact in facts.values()}
    files = {
        "os-release",
        "proc",
        "sysfs",
        "efivars",
        "group",
        "systemd",
        "/var/log/dpkg.log",
        "run",
        "installer",
    }
    assert sources <= files | {"software update"}
