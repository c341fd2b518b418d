"""Faults of types: all of them at once, in words of people, and nothing concluded from what is not known."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.consistency import inconsistencies
from config.load import load, read
from config.problem import ConfigurationRefused, Problem
from config.typed import Typing
from tests.config.conftest import TEXT

Office = Callable[..., Path]


def faults(path: Path) -> list[Problem]:
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    return list(refused.value.problems)


def fault(path: Path) -> Problem:
    (problem,) = faults(path)
    return problem


def line_at(path: Path, problem: Problem) -> str:
    return path.read_text(encoding="utf-8").split("\n")[problem.line - 1]


DOMAIN = 'domain = "brana.example"'
ROLE = 'role = "accountant"'


@pytest.mark.parametrize(
    ("old", "new", "what", "remedy"),
    [
        (
            DOMAIN,
            f"{DOMAIN}\nport = 70000",
            "public.port: must be a number from 1 to 65535, not 70000",
            "write a number",
        ),
        (
            "[policies]",
            "[sign_in]\nattempts = 1\n[policies]",
            "sign_in.attempts: must be a number of 3 or more, not 1",
            "write a number",
        ),
        (
            ROLE,
            'role = "acountant"',
            "directories[0].roles[0].role: must be one of mayor, ",
            "did you mean `accountant`?",
        ),
        (
            ROLE,
            'role = "zzz"',
            "directories[0].roles[0].role: must be one of mayor, ",
            "write one of mayor, ",
        ),
        (
            'action = "read"\n',
            'action = "raed"\n',
            "routes[0].action: must be one of read, write, sign, administer, not 'raed'",
            "did you mean `read`?",
        ),
        (
            'id = "spis"',
            'id = "Spis"',
            "applications[0].id: must be lower-case letters, digits and hyphens",
            "write",
        ),
        (
            'key = "tls.key"',
            "key = 5",
            "public.key: must be a path in quotation marks, not 5",
            "write a path",
        ),
        (
            'key = "tls.key"',
            'key = ""',
            "public.key: must be a path in quotation marks, not ''",
            "write a path",
        ),
        (
            'name = "Město Příklad"',
            "name = true",
            "office.name: must be text in quotation marks, not true",
            "write",
        ),
        (
            'path = "/documents"',
            'websocket = "no"',
            "routes[0].websocket: must be true or false",
            "write true or false",
        ),
        ('methods = ["GET"]', 'methods = "GET"', "must be a list, as [\"…\"], not 'GET'", "write a list"),
        (
            'servers = ["ldaps://ldap.brana.example:636"]',
            "servers = []",
            "directories[0].servers: must be a list of at least one",
            "write a list of at least one",
        ),
        (
            'title = { cs = "Rada", en = "Council" }',
            'title = "Rada"',
            "applications[1].title: must be a table",
            "write",
        ),
        (
            'redirect_uris = ["https://knihovna.example/callback"]',
            'redirect_uris = ["https://knihovna.example/callback"]\nid_token_algorithm = "HS256"',
            "id_token_algorithm: must be one of ES256, RS256, not 'HS256'",
            "did you mean",
        ),
        (DOMAIN, 'domian = "brana.example"', "public.domian: unknown key", "did you mean `domain`?"),
        (DOMAIN, f"{DOMAIN}\nzzz = 1", "public.zzz: unknown key", "known here: domain, address, port, "),
        ("[policies]", "[zzz]\n[policies]", "zzz: unknown section", "known here: office, public, "),
    ],
)
def test_a_fault_says_what_must_be_written_and_is_told_at_its_own_key(
    old: str, new: str, what: str, remedy: str, office: Office
) -> None:
    path = office((old, new))
    problem = fault(path)
    assert what in problem.what
    assert problem.remedy.startswith(remedy)
    assert line_at(path, problem) in new.split("\n")


def test_a_missing_section_is_told_once_with_what_it_needs(office: Office) -> None:
    path = office(('[office]\nname = "Město Příklad"\ndistrict = "obce.csv"\n', ""))
    problem = fault(path)
    assert problem.what == "office: the section [office] is missing"
    assert problem.remedy.startswith("add it, with at least name, district; ")


def test_a_missing_key_is_told_at_its_section(office: Office) -> None:
    path = office((DOMAIN, ""))
    problem = fault(path)
    assert problem.what == "public.domain: is missing"
    assert line_at(path, problem) == "[public]"


def test_a_wrong_type_hides_no_missing_file_and_no_other_wrong_type(office: Office) -> None:
    path = office(
        (DOMAIN, f'{DOMAIN}\nport = "many"'),
        ('"ca.pem"', '"none.pem"'),
        ('"obce.csv"', '"none.csv"'),
        ('id = "rada"', 'id = "portal"'),
        ('action = "read" }', 'action = "raed" }'),
    )
    told = [problem.what.partition(":")[0] for problem in faults(path)]
    assert told == [
        "office.district",
        "public.port",
        "directories[0].authority",
        "applications[1].id",
        "applications[1].routes[0].action",
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([(DOMAIN, "domain = 5")], ["public.domain"]),  # no host can be judged by it
        ([('host = "spis.brana.example"', "host = 5")], ["applications[0].host"]),
        ([("[policies]", '[sign_in]\nidle = "x"\n[grants]\nlifetime = "9 h"\n[policies]')], ["sign_in.idle"]),
        ([('group = "cn=spravci,ou=groups,dc=example"', "group = 5")], ["directories[0].roles[1].group"]),
    ],
)
def test_nothing_is_concluded_from_what_is_not_known(
    changes: list[tuple[str, str]], told: list[str], office: Office
) -> None:
    assert [problem.what.partition(":")[0] for problem in faults(office(*changes))] == told


def test_what_stands_below_a_misspelt_name_is_judged_as_it_was_meant(office: Office) -> None:
    path = office(('[office]\nname = "Město Příklad"', "[ofice]\nname = 5"), ('"obce.csv"', '"none.csv"'))
    reading = read(path)
    assert [(problem.line, problem.what.partition(":")[0]) for problem in reading.problems] == [
        (1, "ofice"),
        (2, "office.name"),
        (3, "office.district"),
    ]


def test_what_is_sound_is_known_of_each_setting(office: Office) -> None:
    reading = read(office((DOMAIN, "domain = 5")))
    assert reading.sound("public.certificate", "applications[0].host")
    assert not reading.sound("public.domain")
    assert not reading.sound("public")


@pytest.mark.parametrize("written", ["a = 1\n", "", "[office]\n", "[[office]]\n", "applications = [5]\n"])
def test_whatever_is_missing_every_section_is_told(written: str, tmp_path: Path) -> None:
    path = tmp_path / "brana.toml"
    path.write_text(written)
    said = " ".join(problem.what for problem in faults(path))
    assert all(f"{name}" in said for name in ("office", "public", "state", "directories", "policies"))


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("a\0b")
anything = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
)


def every_place(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, one in inside:
        yield (*at, key)
        yield from every_place(one, (*at, key))


PLACES = list(every_place(tomllib.loads(TEXT)))


@given(st.dictionaries(st.sampled_from(PLACES), anything, min_size=1, max_size=4))
def test_whatever_stands_anywhere_gives_settings_and_findings_and_no_error(
    changes: dict[tuple[str | int, ...], Any],
) -> None:
    raw = tomllib.loads(TEXT)
    for place, value in sorted(changes.items(), key=lambda one: -len(one[0])):
        node = raw
        for step in place[:-1]:
            node = node[step]
        node[place[-1]] = value
    typed = Typing(Path("/etc/brana"))
    settings = typed.settings(raw)
    assert msgspec.json.encode(settings, enc_hook=str)
    told = {at for at, _, _ in typed.findings}
    assert typed.doubtful <= told
    inconsistencies(settings, None, typed.doubtful)
