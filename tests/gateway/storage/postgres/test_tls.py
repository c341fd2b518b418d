"""Over a network: the server's certificate is verified, its name too; the password is read where it is named."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from config.settings import Postgres
from gateway.demo.slapd import free_port
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.place import named, place_text
from tests.rig.authority import make_authority, server_pair
from tests.rig.postgres import Server, cluster

pytestmark = pytest.mark.real
PASSWORD = "heslo k databázi"


@dataclass
class Listening:
    server: Server
    place: Postgres


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    folder = tmp_path_factory.mktemp("tls")
    authority = make_authority(folder)
    pair = server_pair(authority, names=["127.0.0.1"])
    port = free_port()
    with cluster() as server:
        server.stop()
        server.give("server.pem", pair.certificate.read_bytes())
        server.give("server.key", pair.key.read_bytes())
        server.give(
            "data/pg_hba.conf", b"local all all trust\nhostssl all brana 127.0.0.1/32 scram-sha-256\n"
        )
        server.start(
            listen_addresses="127.0.0.1",
            port=str(port),
            ssl="on",
            ssl_cert_file=str(server.folder / "server.pem"),
            ssl_key_file=str(server.folder / "server.key"),
        )
        server.port = port
        server.run(f"ALTER ROLE brana PASSWORD '{PASSWORD}'")
        file = folder / "database.password"
        file.write_text(f"{PASSWORD}\n", encoding="utf-8")
        empty = server.empty()
        yield Listening(
            server,
            msgspec.structs.replace(
                empty, hosts=[f"127.0.0.1:{port}"], authority=authority.certificate, password_file=file
            ),
        )


def test_the_connection_is_encrypted_and_its_password_stands_nowhere_else(listening: Listening) -> None:
    with closing(Database(listening.place)) as database:
        query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert database.read_now(lambda c: c.exec_driver_sql(query).scalar_one()) is True
    assert PASSWORD not in place_text(listening.place) + named(listening.place)


def test_the_password_may_stand_in_the_environment(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = msgspec.structs.replace(listening.place, password_file=None, password_env="HESLO")
    with pytest.raises(DatabaseUnusable, match=r"HESLO, which .* is not set"):
        Database(place)
    monkeypatch.setenv("HESLO", PASSWORD)
    Database(place).close()


def test_a_server_of_another_authority_is_refused(listening: Listening, tmp_path: Path) -> None:
    other = make_authority(tmp_path)
    place = msgspec.structs.replace(listening.place, authority=other.certificate)
    with pytest.raises(DatabaseUnusable, match="or the server's certificate"):
        Database(place)


def test_a_server_of_another_name_is_refused(listening: Listening) -> None:
    (host,) = listening.place.hosts
    place = msgspec.structs.replace(listening.place, hosts=[host.replace("127.0.0.1", "localhost")])
    with pytest.raises(DatabaseUnusable, match="or the server's certificate"):
        Database(place)


def test_a_wrong_password_is_told_with_its_remedy(listening: Listening, tmp_path: Path) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("something else")
    place = msgspec.structs.replace(listening.place, password_file=wrong)
    with pytest.raises(DatabaseUnusable, match="and its password"):
        Database(place)


def test_of_several_hosts_one_that_answers_is_used(listening: Listening) -> None:
    place = msgspec.structs.replace(listening.place, hosts=["127.0.0.1:9", *listening.place.hosts])
    Database(place).close()
