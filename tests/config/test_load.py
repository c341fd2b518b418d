from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.expected import bare
from config.load import load, parse
from config.problem import ConfigurationRefused, Problem
from config.vocabulary import Action, Language, Role

Office = Callable[..., Path]
NOWHERE = Path("/etc/brana/brana.toml")


def faults(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    for problem in refused.value.problems:
        assert problem.remedy
        assert str(problem) in str(refused.value)
    return refused.value.problems


def fault(path: Path) -> Problem:
    (problem,) = faults(path)
    return problem


def test_a_configuration_in_order_is_read_whole(office: Office) -> None:
    settings, district = load(office())
    assert settings.office.name == "Město Příklad"
    assert settings.language is Language.CZECH
    assert settings.directories[0].roles[1].role is Role.CENTRE_ADMINISTRATOR
    assert settings.applications[0].routes[0].action is Action.READ
    assert settings.sign_in.idle == timedelta(minutes=15)
    assert "588491" in district


def test_durations_are_written_with_units_in_any_table(office: Office) -> None:
    more = '[facts]\nrefresh = "90 s"\n[sign_in]\nidle = "1 h"\n'
    path = office(
        ('name = "mesto"\n', 'name = "mesto"\nconnect_timeout = "300 ms"\n'),
        ("[policies]", f"{more}[policies]"),
    )
    settings, _ = load(path)
    assert settings.facts.refresh == timedelta(seconds=90)
    assert settings.directories[0].connect_timeout == timedelta(milliseconds=300)
    assert settings.sign_in.idle == timedelta(hours=1)


def test_relative_paths_start_at_the_configuration_file(office: Office) -> None:
    path = office()
    settings, _ = load(path)
    assert settings.public.key == path.parent / "tls.key"
    assert settings.oidc_clients[0].secret_file == path.parent / "client.secret"


def test_absolute_paths_stay_as_they_are(office: Office) -> None:
    settings, _ = load(office(('directory = "var"', 'directory = "/var/lib/brana"')))
    assert settings.state.directory == Path("/var/lib/brana")


def test_a_byte_order_mark_of_a_windows_editor_does_no_harm(office: Office) -> None:
    path = office()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(path)[0].office.name == "Město Příklad"


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ('domain = "brana.example"', "domain = ", None, "not valid TOML"),
        ('role = "accountant"', "valid_from = 2026-13-01 # x", None, "valid_from: 2026-13-01 is not a day"),
        ('role = "accountant"', "valid_until = 2026-02-30", None, "valid_until: 2026-02-30 is not a day"),
        ('role = "accountant"', "valid_until = 2026-2-3", None, "valid_until: 2026-2-3 is not a day"),
        ('action = "read" }]', 'action = "read"', "", "not valid TOML"),
        ('domain = "brana.example"', 'domian = "brana.example"', None, "public.domian: unknown key"),
        ('domain = "brana.example"', "", "[public]", "domain"),
        ('domain = "brana.example"', 'domain = "brana.example"\nport = 0', "port = ", "public.port"),
        ('domain = "brana.example"', 'domain = "brana.example"\nport = "8443"', "port = ", "public.port"),
        ('role = "accountant"', 'role = "acountant"', None, "acountant"),
        ('action = "read"\n', 'action = "raed"\n', None, "raed"),
        ('id = "spis"', 'id = "Spis"', None, "applications[0].id"),
        ('key = "tls.key"', 'key = ""', None, "public.key"),
        ('key = "tls.key"', "key = 5", None, "public.key"),
        ('servers = ["ldaps://ldap.brana.example:636"]', "servers = []", None, "directories[0].servers"),
    ],
)
def test_a_fault_names_file_line_and_remedy(
    old: str, new: str, at: str | None, says: str, office: Office
) -> None:
    path = office((old, new))
    problem = fault(path)
    text = path.read_text(encoding="utf-8").split("\n")
    assert (new.strip() if at is None else at) in text[problem.line - 1]
    assert says in problem.what
    assert str(problem).startswith(f"{path}:{problem.line}: ")


def test_every_bad_duration_is_named_at_once(office: Office) -> None:
    path = office(
        (
            "[policies]",
            '[sign_in]\nidle = "15"\nabsolute = 10\nattempts = 5\n[grants]\nlifetime = "5 m"\n[policies]',
        )
    )
    found = faults(path)
    assert [problem.what.partition(":")[0] for problem in found] == [
        "sign_in.idle",
        "sign_in.absolute",
        "grants.lifetime",
    ]
    assert [problem.line - found[0].line for problem in found] == [0, 1, 4]
    assert all("write for example `15 min`" in problem.what for problem in found)


def test_a_missing_configuration_says_how_to_name_one(tmp_path: Path) -> None:
    problem = fault(tmp_path / "none.toml")
    assert problem.what == "cannot be read: No such file or directory"
    assert "--config" in problem.remedy
    assert problem.line == 0


def test_a_configuration_of_another_encoding_is_refused(office: Office) -> None:
    path = office()
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1250"))
    assert fault(path).what == "cannot be read: it is not text in UTF-8"
    assert fault(path).remedy == "save it as UTF-8"


def test_a_fault_of_the_list_of_municipalities_names_that_list(office: Office) -> None:
    path = office()
    (path.parent / "obce.csv").write_text("code,name,ico\n1,x,\n", encoding="utf-8")
    problem = fault(path)
    assert (problem.file, problem.line) == (path.parent / "obce.csv", 2)


@pytest.mark.parametrize("kind", [timedelta, Annotated[timedelta, "positive"], timedelta | None])
def test_a_duration_is_recognised_behind_annotations_and_options(kind: object) -> None:
    assert bare(kind) is timedelta


def test_a_type_of_several_choices_is_no_duration() -> None:
    assert bare(timedelta | str) is None


@given(st.text(st.sampled_from('[]ab.="\n1 {}\u2028'), max_size=80))
def test_no_text_whatever_raises_anything_but_the_named_error(text: str) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        parse(text, NOWHERE)
    assert all(0 <= problem.line <= text.count("\n") + 1 for problem in refused.value.problems)
