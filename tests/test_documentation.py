"""What the documentation names is there: commands, targets, files, links, metrics, codes of the demo."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from config.applications import BUILT_IN_APPLICATIONS
from config.district import read_district
from gateway.__main__ import brana
from gateway.audit.anchors import Fault
from gateway.commands.node_measures import Measures
from gateway.demo.people import inhabitants
from gateway.envoy.access_log import FIELDS
from gateway.grants.cookie import GRANT, GRANT_OF_ONE, SESSION, SIGN_IN
from gateway.metrics import Metrics
from idp.http import cookies, preferred_language

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "THREAT_MODEL.md", *(ROOT / "docs").rglob("*.md")])
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
ROOMS = "gateway|idp|policies|agents|config|tests|docs|requirements"
SUFFIXES = "py|md|toml|lua|cedar|cedarschema|csv|json|po|css|html|txt|in|png"
GROUND_NAMES = re.compile(rf"(?<![\w./-])(?:{ROOMS})/[\w./*-]*[\w*]")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:`|^\$ |= ?)brana((?: [a-z][a-z-]*)+)(?=[ `\n]|$)", re.MULTILINE)
TARGET = re.compile(r"`make ([a-z-]+)")
METRIC = re.compile(r"`(brana_[a-z_]+)")
MADE_LATER = ("policies/region", "policies/municipalities")
"""Folders that an operator makes; they are named as they stand in a configuration."""
PLACEHOLDER = re.compile(r"NAME|NNNN|CODE|NUMBER")


def words_between_ticks(text: str) -> Iterator[str]:
    """Code spans outside of code blocks."""
    outside = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"`([^`\n]+)`", outside)


def anchors_of(page: Path) -> set[str]:
    """As forges make them of headings: lower case, spaces to hyphens, no punctuation."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def faults_of_links(page: Path, text: str) -> list[str]:
    faults = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors_of(file)):
            faults.append(target)
    return faults


def files_not_there(text: str) -> list[str]:
    names = (name for words in words_between_ticks(text) for name in GROUND_NAMES.findall(words))
    return [
        name
        for name in names
        if not name.startswith(MADE_LATER) and not PLACEHOLDER.search(name) and not any(ROOT.glob(name))
    ]


@pytest.mark.parametrize("name", TEXTS)
def test_every_link_leads_to_a_file(name: str) -> None:
    assert faults_of_links(ROOT / name, TEXTS[name]) == []


@pytest.mark.parametrize("name", TEXTS)
def test_every_file_that_is_named_is_there(name: str) -> None:
    assert files_not_there(TEXTS[name]) == []


def test_the_rules_about_names_find_what_they_look_for() -> None:
    text = "[a](docs/nothing.md) [b](README.md#nothing) [c](#try-it) `gateway/nothing.py` `tests/not_there/`"
    assert faults_of_links(ROOT / "README.md", text) == ["docs/nothing.md", "README.md#nothing"]
    assert files_not_there(text) == ["gateway/nothing.py", "tests/not_there"]


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert [name for name in sorted(pages) if f"]({name})" not in index] == []


def test_every_make_target_that_is_named_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {target for text in TEXTS.values() for target in TARGET.findall(text)}
    assert {"demo", "test"} <= named
    assert named <= targets


def test_every_target_of_the_makefile_is_explained_to_contributors() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    offered = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE)) - {"help"}
    assert offered <= set(TARGET.findall(TEXTS["docs/contributing.md"]))


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


NAMED = sorted({tuple(words.split()) for text in TEXTS.values() for words in COMMAND.findall(text)})


@pytest.mark.parametrize("words", NAMED, ids=" ".join)
def test_every_command_that_is_named_exists(words: tuple[str, ...]) -> None:
    path = next(
        words[:length] for length in range(len(words), 0, -1) if words[:length] in set(commands(brana))
    )
    said = CliRunner().invoke(brana, [*path, "--help"])
    assert said.exit_code == 0
    assert "Usage:" in said.output


def test_every_command_is_explained_to_operators() -> None:
    named = {tuple(words.split()) for words in COMMAND.findall(TEXTS["docs/operators.md"])}
    assert [path for path in commands(brana) if path not in named] == []


def test_options_that_are_shown_are_options() -> None:
    shown = re.findall(r"^\$ brana ((?:[a-z]+ ?)+)((?:--[^\n#]*)?)", TEXTS["docs/operators.md"], re.MULTILINE)
    assert shown
    for path, options in shown:
        said = CliRunner().invoke(brana, [*shlex.split(path)[:2], "--help"]).output
        assert [one for one in re.findall(r"--[a-z-]+", options) if one not in said] == []


def test_the_metrics_explained_are_those_there_are() -> None:
    explained = {name.removesuffix("_total") for name in METRIC.findall(TEXTS["docs/operators.md"])}
    there = (Metrics().registry, Measures(decides=False).registry)
    assert explained == {family.name for registry in there for family in registry.collect()}


def test_every_cookie_is_in_the_architecture() -> None:
    ours = {
        cookies.LOGIN,
        cookies.SSO,
        cookies.KNOWN,
        cookies.DEVICE,
        preferred_language.LANGUAGE_COOKIE,
        GRANT,
        GRANT_OF_ONE,
        SESSION,
        SIGN_IN,
    }
    named = {
        name.partition("<")[0]
        for name in re.findall(
            r"^\| `((?:__Host-)?brana-[^`]+)`", TEXTS["docs/architecture.md"], re.MULTILINE
        )
    }
    assert named == ours


def test_built_in_applications_keys_of_the_log_and_faults_are_named() -> None:
    assert [name for name in BUILT_IN_APPLICATIONS if f"`{name}`" not in TEXTS["docs/architecture.md"]] == []
    assert [name for name in FIELDS if f"`{name}`" not in TEXTS["docs/data-plane.md"]] == []
    assert [fault for fault in Fault if f"`{fault}`" not in TEXTS["docs/audit.md"]] == []


def test_the_command_for_one_time_codes_is_one_and_asks_for_an_account_of_the_story(
    tmp_path: Path,
) -> None:
    (shown,) = re.findall(r"^ *```sh\n(.*?)^ *```$", TEXTS["README.md"], re.DOTALL | re.MULTILINE)
    line = re.fullmatch(r" *\.venv/bin/brana (demo --code ([a-z]+\.[a-z]+))\n", shown)
    assert line, "what else the README shows to be typed needs a test too"
    program = [sys.executable, "-m", "gateway", *shlex.split(line[1])]
    said = subprocess.run(
        program, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert "there is no world of the demo in var/demo" in said.stderr
    assert f"| `{line[2]}` |" in TEXTS["README.md"]


def test_the_question_to_the_policies_asks_by_the_configuration_that_the_demo_writes(tmp_path: Path) -> None:
    (shown,) = re.findall(r"`\.venv/bin/brana (policy explain [^`]*)`", TEXTS["README.md"])
    program = [sys.executable, "-m", "gateway", *shlex.split(shown)]
    said = subprocess.run(
        program, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert "var/demo/brana.toml" in said.stderr
    assert "cannot be read" in said.stderr, said.stderr


def test_the_accounts_of_the_story_are_those_the_demo_offers_to_try() -> None:
    district = sorted(read_district(ROOT / "config/examples/kromeriz.csv"))
    logins = {one.login for one in inhabitants(district) if one.note_en}
    named = set(re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", TEXTS["README.md"], re.MULTILINE))
    assert named == logins


def test_pictures_are_small_and_used() -> None:
    pictures = sorted((ROOT / "docs/images").iterdir())
    assert [one.name for one in pictures if one.stat().st_size > 200_000] == []
    assert [one.name for one in pictures if f"docs/images/{one.name}" not in TEXTS["README.md"]] == []


def test_every_note_and_fragment_has_a_number_of_its_own() -> None:
    """There may be gaps: a number is given when the work begins, and some work lasts longer."""
    for folder in ("decisions", "changelog.d"):
        numbers = sorted(int(page.name[:4]) for page in (ROOT / "docs" / folder).glob("[0-9]*.md"))
        assert numbers[0] == 1
        assert all(after > before for before, after in pairwise(numbers))


def test_every_dependency_has_its_reason() -> None:
    wanted = (ROOT / "requirements/runtime.in").read_text(encoding="utf-8").split("\n")
    names = [line for line in wanted if line and not line.startswith("#")]
    reasons = TEXTS["docs/decisions/0002-dependencies.md"]
    listed = {
        name for row in re.findall(r"^\| ([^|]+) \|", reasons, re.MULTILINE) for name in row.split(", ")
    }
    assert [name for name in names if name not in {one.strip() for one in listed}] == []


def test_the_commands_that_pin_dependencies_use_options_there_are() -> None:
    program = Path(sys.executable).with_name("pip-compile")
    known = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    shown = re.search(
        r"^\.venv/bin/pip-compile .*?^```", TEXTS["docs/contributing.md"], re.DOTALL | re.MULTILINE
    )
    assert shown
    options = set(re.findall(r"--[a-z-]+", shown[0]))
    assert "--generate-hashes" in options
    assert [one for one in options if one not in known and one.replace("--no-", "--") not in known] == []
