"""What a client was given ends with it, and where it comes into other hands, over a real database of each kind."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, insert, select, update

from config.vocabulary import SubjectId
from gateway.clients.own import Described
from gateway.clients.refused import Why
from gateway.storage.database import Database
from gateway.storage.identity_book import IdentityBook
from gateway.storage.own_clients import GIVEN
from gateway.storage.tables.clients import oidc_client
from gateway.storage.tables.identity import signed_in_client
from idp.login.handle import HandleHash
from idp.oidc.client import ClientId, Scope
from idp.oidc.consent import Consent
from idp.oidc.pushed import push
from tests.gateway.clients.test_office import BY, GIS, NOW, Centre, centre, refused, replace_of
from tests.gateway.storage.conftest import database, recorded
from tests.gateway.storage.test_tokens_book import CODE, FAMILY, GRANT, TOKEN
from tests.rig.identity_store import kept_in

__all__ = ["centre", "database", "recorded"]
LATER = NOW + timedelta(minutes=1)
OUTSIDE = replace_of(GIS, operator="Kurzy s.r.o.")


async def give(database: Database, client: str = "gis") -> None:
    """All that a client can be given by one person."""
    name = ClientId(client)

    def work(book: IdentityBook) -> None:
        book.keep_code(replace(CODE, client=name))
        book.keep_token(replace(TOKEN, client=name))
        book.keep_refresh_family(replace(FAMILY, client=name))
        book.keep_device_grant(replace(GRANT, client=name))
        push(book, "scope=openid", name, HandleHash(b"p" * 32), NOW)
        scopes = frozenset({Scope.OPENID})
        book.keep_consent(Consent(subject=SubjectId("urad:2"), client=name, scopes=scopes, given_at=NOW))

    await kept_in(database).store.transact(work)
    signed_in = {"session": "s" * 22, "client": name, "subject": "urad:2", "person": "jana", "attempts": 0}
    await database.write(lambda connection: connection.execute(insert(signed_in_client).values(signed_in)))


async def left(database: Database, client: str = "gis") -> dict[str, int]:
    """Rows that name it."""
    tables = (*GIVEN, signed_in_client)
    return {
        table.name: await database.read(
            lambda connection, table=table: connection.execute(
                select(func.count()).select_from(table).where(table.c.client == client)
            ).scalar_one()
        )
        for table in tables
    }


async def test_whoever_has_the_id_of_a_removed_one_gets_nothing_of_it(
    centre: Centre, database: Database
) -> None:
    await centre.office.add("gis", GIS, BY, NOW)
    await give(database)
    assert set((await left(database)).values()) == {1}
    await centre.office.remove("gis", BY, NOW)
    assert set((await left(database)).values()) == {0}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (GIS, OUTSIDE),
        (OUTSIDE, GIS),
        (OUTSIDE, replace_of(OUTSIDE, operator="Jiné kurzy s.r.o.")),
        (GIS, replace_of(GIS, authentication="none")),
    ],
)
async def test_what_was_meant_for_somebody_else_is_good_no_more(
    centre: Centre, database: Database, before: Described, after: Described
) -> None:
    await centre.office.add("gis", before, BY, NOW)
    await give(database)
    await centre.office.change("gis", after, NOW, BY, LATER)
    kept = await left(database)
    assert kept.pop("signed_in_client") == 1  # it is still told of the end of sign-ins that it has
    assert set(kept.values()) == {0}


async def test_another_change_takes_nothing_away(centre: Centre, database: Database) -> None:
    await centre.office.add("gis", OUTSIDE, BY, NOW)
    await give(database)
    changed = replace_of(OUTSIDE, title="Mapy a plány", authentication="client_secret_post")
    await centre.office.change("gis", changed, NOW, BY, LATER)
    assert set((await left(database)).values()) == {1}


async def test_one_that_nobody_here_can_read_stands_in_no_other_s_way(
    centre: Centre, database: Database
) -> None:
    await centre.office.add("gis", GIS, BY, NOW)
    await centre.office.add("hours", GIS, BY, NOW)
    later = msgspec.json.encode(msgspec.structs.asdict(GIS) | {"authentication": "of_next_year"}).decode()
    written = update(oidc_client).where(oidc_client.c.id == "hours").values(described=later)
    await database.write(lambda connection: connection.execute(written))
    assert [one.id for one in await centre.office.all()] == ["gis"]
    await centre.office.suspend("gis", BY, NOW)
    assert (centre.client(), centre.client("hours")) == (None, None)
    await refused(centre, centre.office.add("hours", GIS, BY, NOW), Why.ID_TAKEN)
