"""`brana app add|list|check`: written as its author left the file, and servers reached as Envoy will."""

import asyncio
import json
import ssl
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
import pytest_asyncio
from aiohttp import web
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from config.problem import ConfigurationRefused
from config.settings import Application, Health, UpstreamTls
from config.upstreams import upstream_of
from gateway.commands.app import command
from gateway.commands.application_table import route, with_application
from gateway.commands.upstream_look import Seen, look
from gateway.demo.authority import authority
from gateway.demo.slapd import free_port
from tests.rig.envoy import hosting
from tests.rig.installation import Installation, install

pytestmark = pytest.mark.real
HTTP_2 = Path(__file__).parents[2] / "rig" / "http2_server.mjs"
NEW = (
    *("--host", "notes.brana.localhost", "--upstream", "http://127.0.0.1:9"),
    *("--title-cs", "Poznámky", "--title-en", "Notes"),
)
TABLE = {"id": "notes", "title": {"cs": "č", "en": "n"}, "host": "notes.x.test", "upstreams": ["http://a:1"]}


@pytest.fixture
def office(tmp_path: Path) -> Installation:
    made = install(tmp_path / "brana")
    text = made.configuration.read_text("utf-8").replace("[metrics]", "# měření\n[metrics]   # a comment")
    made.configuration.write_text(text + "\n# the end\n", "utf-8")
    made.configuration.chmod(0o640)
    return made


def test_what_is_added_stands_behind_the_text_as_it_was(office: Installation) -> None:
    before = office.configuration.read_text("utf-8")
    said = office.brana(
        "app", "add", "notes", *NEW, "--route", "public /board GET", "--route", "read / GET websocket",
        "--route", "write", "--municipality", "588491", "--health", "/healthz",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "notes is written" in said.stdout
    assert "no policy names notes" in said.stdout
    after = office.configuration.read_text("utf-8")
    assert after.startswith(before)
    assert office.configuration.stat().st_mode & 0o777 == 0o640
    added = tomllib.loads(after)["applications"][-1]
    assert added == {
        "id": "notes",
        "title": {"cs": "Poznámky", "en": "Notes"},
        "description": {"cs": "Poznámky", "en": "Notes"},
        "host": "notes.brana.localhost",
        "upstreams": ["http://127.0.0.1:9"],
        "health": {"path": "/healthz"},
        "municipalities": ["588491"],
        "routes": [
            {"path": "/board", "methods": ["GET"], "public": True},
            {"path": "/", "methods": ["GET"], "websocket": True, "action": "read"},
            {"action": "write"},
        ],
    }
    assert office.brana("config", "check").returncode == 0


def test_a_dry_run_shows_the_change_and_writes_nothing(office: Installation) -> None:
    before = office.configuration.read_bytes()
    said = office.brana("app", "add", "notes", *NEW, "--dry-run")
    assert said.returncode == 0
    assert '+id = "notes"' in said.stdout
    assert not [line for line in said.stdout.splitlines() if line.startswith("-") and line[:3] != "---"]
    assert office.configuration.read_bytes() == before
    assert not list(office.folder.glob(".brana.toml.*"))


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (("--route", "reed"), "did you mean `read`?"),
        (("--route", "read nowhere"), "is no path"),
        (("--municipality", "000000"), "000000 is not in the district"),
        (("--upstream", "127.0.0.1:9"), "is not `http://host:port`"),
        (("--balance", "sprad"), "did you mean `spread`?"),
        (("--identity", "basic"), "user"),
    ],
)
def test_what_is_wrong_is_told_and_not_written(
    office: Installation, more: tuple[str, ...], complaint: str
) -> None:
    before = office.configuration.read_bytes()
    said = CliRunner().invoke(
        command, ["add", "notes", *NEW, *more, "--config", str(office.configuration)], standalone_mode=False
    )
    assert isinstance(said.exception, ConfigurationRefused | click.UsageError)
    assert complaint in f"{said.exception} {getattr(said.exception, 'message', '')}"
    assert ".brana.toml." not in str(said.exception)
    assert office.configuration.read_bytes() == before


def test_an_id_or_host_that_is_taken_is_refused_at_its_line(office: Installation) -> None:
    same_id = office.brana("app", "add", "map", *NEW)
    assert "'map' is taken" in same_id.stderr
    lines = len(office.configuration.read_text("utf-8").splitlines())
    assert f"{office.configuration}:{lines + 3}:" in same_id.stderr
    taken = ("--host", "mapa.brana.localhost")
    assert "is already the place of map" in office.brana("app", "add", "notes", *NEW, *taken).stderr


def test_applications_are_listed_with_place_servers_routes_and_way(office: Installation) -> None:
    said = office.brana("app", "list")
    (row,) = [line for line in said.stdout.splitlines() if "budget" in line]
    assert [part.strip() for part in row.split("│")[1:-1]] == [
        "budget", "budget", "rozpocet.brana.localhost", "http://127.0.0.1:9", "read", "all", "assertion",
    ]  # fmt: skip
    objects = [json.loads(line) for line in office.brana("app", "list", "--json").stdout.splitlines()]
    assert [one["id"] for one in objects] == ["records", "budget", "map"]


words = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    title=words,
    comment=words.filter(lambda text: text.isprintable()),
    ending=st.sampled_from(["", "\n", "\n\n"]),
)
def test_whatever_the_words_are_nothing_else_changes(title: str, comment: str, ending: str) -> None:
    text = f'# {comment}\n[a]\nb = 1 # {comment}\n\n[[applications]]\nid = "first"\n[z]{ending}'
    after = with_application(text, TABLE | {"title": {"cs": title, "en": "n"}}, [{"action": "read"}])
    assert after.startswith(text)
    assert tomllib.loads(after)["applications"][1]["title"]["cs"] == title


def test_applications_of_one_line_are_refused_with_the_remedy() -> None:
    with pytest.raises(click.UsageError, match="give each a heading"):
        with_application('applications = [{ id = "first" }]\n', TABLE, [{"action": "read"}])


def test_a_route_may_say_everything_in_any_order_behind_the_action() -> None:
    assert route("read@reports /x") == {"name": "reports", "action": "read", "path": "/x"}
    assert route("read streaming GET,HEAD /x") == {
        "action": "read",
        "streaming": True,
        "methods": ["GET", "HEAD"],
        "path": "/x",
    }
    with pytest.raises(click.UsageError, match="begins with what is asked for"):
        route("/x read")


# Servers.


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    made = authority(folder, datetime.now(UTC))
    made.issue("server", ["localhost", "127.0.0.1"], datetime.now(UTC))
    authority(folder / "other", datetime.now(UTC))
    return folder


@pytest_asyncio.fixture(params=[False, True], ids=["http", "https"])
async def served(request: pytest.FixtureRequest, certificates: Path) -> Any:
    """An application and its server, in the open and by TLS."""

    async def answer(asked: web.Request) -> web.Response:
        return web.Response(status=200 if asked.path == "/healthz" and asked.host == "a.test:8443" else 404)

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port, context, tls = free_port(), None, None
    if request.param:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
        tls = UpstreamTls(authority=certificates / "ca.pem")
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    yield hosting(
        "a", f"{'https' if tls else 'http'}://127.0.0.1:{port}", tls=tls, health=Health(path="/healthz")
    )
    await runner.cleanup()


async def seen_of(application: Application) -> Seen:
    upstream = upstream_of(application.upstreams[0])
    assert upstream is not None
    return await look(application, upstream, "a.test:8443")


async def test_a_server_that_is_well_is_reached_and_asked_by_the_applications_host(
    served: Application,
) -> None:
    assert await seen_of(served) == Seen("reached, /healthz answers 200")
    assert await seen_of(replace(served, health=None)) == Seen("reached")


async def test_a_path_of_health_that_answers_otherwise_is_named(served: Application) -> None:
    seen = await seen_of(replace(served, health=Health(path="/other")))
    assert (seen.well, seen.said) == (False, "/other answers 404, not 200")


async def test_a_server_that_is_away_is_named() -> None:
    seen = await seen_of(hosting("a", f"http://127.0.0.1:{free_port()}"))
    assert not seen.well
    assert "start" in seen.remedy


@pytest.mark.parametrize("served", [True], indirect=True, ids=["https"])
async def test_only_the_configured_authority_and_name_are_believed(
    served: Application, certificates: Path
) -> None:
    assert served.tls is not None
    for tls in (
        replace(served.tls, authority=certificates / "other" / "ca.pem"),
        replace(served.tls, server_name="other.test"),
    ):
        seen = await seen_of(replace(served, tls=tls))
        assert seen.said.startswith("its certificate is not believed")
        assert "tls.server_name" in seen.remedy


@pytest.mark.parametrize("served", [True], indirect=True, ids=["https"])
async def test_a_server_without_http_2_is_named_where_it_is_configured(served: Application) -> None:
    seen = await seen_of(replace(served, protocol="http2"))
    assert seen.said == "it does not speak HTTP/2"


@pytest.mark.parametrize("secret", [False, True], ids=["prior knowledge", "tls"])
async def test_a_server_that_speaks_http_2_alone_is_asked_in_it(certificates: Path, secret: bool) -> None:
    files = (certificates / "server.key", certificates / "server.pem") if secret else ()
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "node", HTTP_2, str(port), *map(str, files), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"ready\n"
        tls = UpstreamTls(authority=certificates / "ca.pem") if secret else None
        address = f"{'https' if secret else 'http'}://127.0.0.1:{port}"
        well = hosting("a", address, tls=tls, protocol="http2", health=Health(path="/"))
        assert await seen_of(well) == Seen("reached, / answers 200")
    finally:
        process.kill()
        await process.wait()


def test_what_a_person_would_get_an_edge_says_that_it_cannot_tell(office: Installation) -> None:
    with office.configuration.open("a", encoding="utf-8") as file:
        file.write('[fleet]\nnode = "b"\nrole = "edge"\n[[fleet.peers]]\nname = "a"\naddress = "127.0.0.1"\n')
    asked = ["test", "map", "--person", "jana", "--config", str(office.configuration)]
    assert str(CliRunner().invoke(command, asked).exception).startswith("an edge decides nothing")


def test_check_ends_with_1_where_a_server_is_not_well_and_names_it(office: Installation) -> None:
    said = office.brana("app", "check", "map")
    assert said.returncode == 1
    assert "NOT WELL" in said.stdout
    assert "1 server of 1 application: 1 not well" in said.stdout
    assert "there are: records, budget, map" in office.brana("app", "check", "nothing").stderr


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rows of one line."""
    monkeypatch.setenv("COLUMNS", "250")
    yield
