"""Policies that control planes share, in the real database: one row, whole or refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from operator import methodcaller
from typing import Any, TypeVar

import pytest
from sqlalchemy import update

from config.fleet import NodeName
from gateway.fleet.policies import Publication
from gateway.storage.database import Database
from gateway.storage.shared_policies import Deciding, PublicationDamaged, SharedPolicies
from gateway.storage.tables.policies import fleet_policies
from policies.texts import digest_of

T = TypeVar("T")
A, B = NodeName("a"), NodeName("b")
TEXTS = {"region/10-ž.cedar": "// Příliš \0 \u2028 'žluťoučký' %s ?", "municipalities/588296.cedar": ""}


def publication(now: datetime, **texts: str) -> Publication:
    held = TEXTS | {f"region/{name}.cedar": text for name, text in texts.items()}
    return Publication(
        texts=held, digest=digest_of(held), version="0123456789ab", at=now, by="cli:root (eva)", node=A
    )


def write(database: Database, work: Callable[[SharedPolicies], T]) -> T:
    return database.write_soon(lambda connection: work(SharedPolicies(connection))).result()


def read(database: Database, query: Callable[[SharedPolicies], T]) -> T:
    return database.read_now(lambda connection: query(SharedPolicies(connection)))


def test_before_anybody_publishes_nothing_is_in_force(database: Database) -> None:
    assert (
        read(database, lambda shared: (shared.digest(), shared.in_force(), shared.version())) == (None,) * 3
    )


def test_what_is_published_is_in_force_as_it_was_written_and_what_was_before_is_gone(
    database: Database, now: datetime
) -> None:
    first, second = publication(now), replace(publication(now, more="//"), version="ba9876543210")
    for one in (first, second):
        write(database, methodcaller("publish", one))
        assert read(database, SharedPolicies.in_force) == one
        assert read(database, SharedPolicies.digest) == one.digest
        assert read(database, SharedPolicies.version) == one.version


@pytest.mark.parametrize(
    "damage",
    [
        {"texts": "{"},
        {"texts": "[]"},
        {"texts": '{"region/10.cedar": 5}'},
        {"texts": '{"region/10.cedar": "permit (principal, action, resource);"}'},
        {"digest": "0" * 64},
    ],
    ids=["cut", "list", "number", "others", "digest"],
)
def test_a_row_that_somebody_has_changed_by_hand_is_refused(
    database: Database, now: datetime, damage: dict[str, Any]
) -> None:
    write(database, lambda shared: shared.publish(publication(now)))
    database.write_soon(lambda connection: connection.execute(update(fleet_policies).values(damage))).result()
    with pytest.raises(PublicationDamaged):
        read(database, SharedPolicies.in_force)
    assert read(database, SharedPolicies.version) == "0123456789ab"


def test_a_name_that_leads_elsewhere_is_refused_although_the_digest_fits(
    database: Database, now: datetime
) -> None:
    held = {"region/../../etc/x.cedar": ""}
    write(
        database,
        lambda shared: shared.publish(replace(publication(now), texts=held, digest=digest_of(held))),
    )
    with pytest.raises(PublicationDamaged):
        read(database, SharedPolicies.in_force)


def test_it_is_known_by_what_each_node_decides_and_which_files_it_had_when_they_were_in_force(
    database: Database, now: datetime
) -> None:
    later = now + timedelta(minutes=1)
    write(database, lambda shared: shared.decides_by(A, "aaaaaaaaaaaa", now))
    write(database, lambda shared: shared.has_files_in_force(A, "1" * 64))
    write(database, lambda shared: shared.decides_by(B, "aaaaaaaaaaaa", now))
    write(database, lambda shared: shared.decides_by(A, "bbbbbbbbbbbb", later))
    assert read(database, SharedPolicies.deciding) == {
        A: Deciding("bbbbbbbbbbbb", later),
        B: Deciding("aaaaaaaaaaaa", now),
    }
    for node, files in ((A, "1" * 64), (B, "")):
        assert read(database, methodcaller("files_in_force", node)) == files
    assert read(database, lambda shared: shared.files_in_force(NodeName("c"))) == ""
