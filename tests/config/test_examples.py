"""The example that operators copy and the table of settings tell everything that exists, nothing else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from config.duration import parse_duration
from config.expected import bare
from config.load import load, parse
from config.problem import ConfigurationRefused
from config.settings import Settings
from config.vocabulary import Action, Role
from idp.directory.kind import login_attributes, number_attribute, people_filter
from idp.directory.lockout import CAUTIOUS, Lockout
from idp.directory.person_number import series_of

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config" / "examples" / "embedded.toml"
FLEET = ROOT / "config" / "examples" / "fleet.toml"
"""What a node of a fleet adds."""
TABLE = ROOT / "docs" / "settings.md"
SHOWN_DEFAULT = re.compile(r"^#(?=[a-z0-9_]+ = )", re.MULTILINE)
ROW = re.compile(r"\| `([a-z0-9_.\[\]]+)` \| ([^|]+) \| ([^|]*) \| ([^|]+) \| ([^|]+) \|\Z")

Field = tuple[str, msgspec.structs.FieldInfo]


def fields_of(kind: type, prefix: str = "") -> Iterator[Field]:
    """Every setting as `applications[].routes[].path`."""
    for field in msgspec.structs.fields(kind):
        inner, path = bare(field.type), prefix + field.name
        (item, *_) = get_args(inner) or (None,)
        if isinstance(item, type) and issubclass(item, msgspec.Struct):
            yield from fields_of(item, f"{path}[].")
        elif isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            yield from fields_of(inner, f"{path}.")
        else:
            yield path, field


FIELDS = dict(fields_of(Settings))


def default_of(field: msgspec.structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def written_in(value: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from written_in(one, f"{prefix}.{key}".lstrip("."))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for one in value:
            yield from written_in(one, f"{prefix}[]")
    else:
        yield prefix


def with_defaults(example: Path = EXAMPLE) -> str:
    """The example with every shown default switched on."""
    return SHOWN_DEFAULT.sub("", example.read_text(encoding="utf-8"))


def test_the_examples_show_every_setting_there_is_each_in_one_of_them() -> None:
    import tomllib  # noqa: PLC0415 - here the text itself is the matter

    alone, added = (set(written_in(tomllib.loads(with_defaults(one)))) for one in (EXAMPLE, FLEET))
    assert alone | added == set(FIELDS)
    assert alone & added == set()


def test_what_a_fleet_adds_fits_behind_the_example_and_shows_the_defaults() -> None:
    plain, shown = [
        parse(with_defaults() + one, EXAMPLE) for one in (FLEET.read_text("utf-8"), with_defaults(FLEET))
    ]
    assert plain.fleet is not None
    assert plain.fleet == shown.fleet
    assert plain.state.database is not None
    assert shown.state.database is not None
    other_way = msgspec.structs.replace(
        shown.state.database, password_env=None
    )  # beside the file of the password
    assert plain.state.database == other_way


def test_the_defaults_that_the_example_shows_are_the_defaults() -> None:
    plain, shown = parse(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE), parse(with_defaults(), EXAMPLE)
    known = msgspec.structs.replace(shown.public, advertised_port=None)  # its default is another setting
    assert shown.public.advertised_port == 443
    (usual,) = shown.directories  # six of its defaults are those of its kind, or what it tells
    assert usual.people_filter == people_filter(plain.directories[0])
    assert tuple(usual.login_attributes) == login_attributes(plain.directories[0])
    assert usual.person_attribute == number_attribute(plain.directories[0])
    assert usual.person_series == series_of(plain.directories[0])
    attempts, window = usual.lockout_attempts, usual.lockout_window
    assert attempts is not None
    assert window is not None
    assert Lockout(attempts, window) == CAUTIOUS
    told = msgspec.structs.replace(
        usual,
        people_filter=None,
        login_attributes=[],
        lockout_attempts=None,
        lockout_window=None,
        person_attribute=None,
        person_series=None,
    )
    assert msgspec.structs.replace(shown, public=known, directories=[told]) == plain


def test_every_setting_is_explained_where_it_first_stands() -> None:
    explained, table, seen = False, "", set[str]()
    for line in (*EXAMPLE.read_text("utf-8").splitlines(), "", *FLEET.read_text("utf-8").splitlines()):
        name = f"{table}.{line.lstrip('#').partition(' ')[0]}"
        if line.startswith("# "):
            explained = True
        elif not line:
            explained = False
        elif line.startswith("["):
            table = line
        elif name not in seen:
            seen.add(name)
            assert explained, line


@pytest.mark.parametrize("words", [Role, Action])
def test_the_example_lists_every_word_of_a_closed_list(words: type[StrEnum]) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert [word for word in words if not re.search(rf"# .*\b{word}\b", text)] == []


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Files of the names that the example uses, and the example itself with the paths of this test."""
    for name in ("tls", "acme", "policies/region", "policies/municipalities"):
        (tmp_path / name).mkdir(parents=True)
    secrets = (
        *("tls/key.pem", "directory.password", "library.secret", "region.secret", "tls/caais-client.key"),
        *("webhook.secret", "smtp.password", "tls/gateway.key", "map.password"),
        *("database.password", "tls/database-client.key", "tls/siem-client.key"),
        *("keycloak-client.secret", "keycloak-administrator.secret"),
    )
    whose = ("directory", "receivers", "applications", "database", "region")
    authorities = [f"tls/{one}-authority.pem" for one in whose]
    programs = (
        "programs-ca.pem",
        "programs-ca.crl",
        "budget-import.json",
        "attendance.jwks.json",
        "archive-saml.pem",
        "cities.mmdb",
    )
    certificates = ("tls/chain.pem", "tls/gateway.pem", "tls/database-client.pem", "tls/siem-client.pem")
    certificates = (*certificates, "tls/caais-client.pem")
    for name in (*secrets, *certificates, *authorities, *programs):
        (tmp_path / name).write_text("anything " * 4 + "\n")
        (tmp_path / name).chmod(0o600 if name in secrets else 0o644)
    (tmp_path / "programs-ca.crl").write_text("-----BEGIN X509 CRL-----\n")
    (tmp_path / "district.csv").write_text("code,name,ico\n588296,Kroměříž,00287351\n", encoding="utf-8")
    return tmp_path / "brana.toml"


@pytest.mark.parametrize("switched_on", [False, True])
def test_the_example_is_a_configuration_that_can_start(switched_on: bool, office: Path) -> None:
    office.write_text(
        with_defaults() if switched_on else EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8"
    )
    settings, district = load(office)
    assert settings.applications[0].routes[4].path == "/"
    assert len(district) == 1


def of_a_node() -> str:
    alone, _, _ = EXAMPLE.read_text(encoding="utf-8").partition("# --- Tunnels:")  # of one machine yet
    return alone + FLEET.read_text(encoding="utf-8")


def test_the_example_of_a_node_is_a_configuration_that_can_start(office: Path) -> None:
    office.write_text(of_a_node(), encoding="utf-8")
    settings, _ = load(office)
    assert settings.fleet is not None
    assert (settings.fleet.node, [one.name for one in settings.fleet.peers]) == ("a", ["b", "c"])
    assert settings.state.database is not None
    assert settings.state.database.hosts == ["db1.kromeriz.example:5432", "db2.kromeriz.example:5432"]
    assert (settings.state.database.name, settings.state.database.user) == ("brana", "brana")


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ('authority = "tls/database-authority.pem"\n', "", "anybody could pose as the server"),
        ('"db1.kromeriz.example:5432"', '"db 1"', "'db 1' is no host"),
        ('"db1.kromeriz.example:5432"', '"/run/postgresql"', "has hosts and sockets' folders"),
        ('key = "tls/database-client.key"\n', "", "certificate and key go together"),
        ("#password_env =", "password_env =", "stands beside password_file"),
    ],
)
def test_a_database_that_is_reached_in_an_unsafe_way_is_refused(
    office: Path, written: str, instead: str, told: str
) -> None:
    office.write_text(of_a_node().replace(written, instead), encoding="utf-8")
    with pytest.raises(ConfigurationRefused, match=told):
        load(office)


def rows() -> dict[str, tuple[str, ...]]:
    found = (ROW.match(line) for line in TABLE.read_text(encoding="utf-8").splitlines())
    return {row[1]: tuple(cell.strip() for cell in row.groups()[1:]) for row in found if row}


def test_the_table_has_a_row_for_every_setting_and_no_other() -> None:
    assert set(rows()) == set(FIELDS)
    assert TABLE.read_text(encoding="utf-8").count("\n| `") == len(FIELDS)


@pytest.mark.parametrize("path", FIELDS)
def test_the_table_tells_type_default_and_meaning(path: str) -> None:
    kind, _, default, meaning = rows()[path]
    expected = default_of(FIELDS[path])
    assert meaning
    assert (kind == "duration") == (bare(FIELDS[path].type) is timedelta)
    if expected is msgspec.NODEFAULT:
        assert default == "required"
    elif isinstance(expected, timedelta):
        assert parse_duration(default.strip("`")) == expected
    elif expected is None or expected == []:
        assert not default.startswith("`")
    else:
        assert default == f"`{str(expected).lower() if isinstance(expected, bool) else expected}`"
