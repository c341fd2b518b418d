"""Versions of the policies in the real database: signed, whole, or deciding nothing."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Integer, delete, update

from gateway.audit.entry import Code, Entry, Outcome
from gateway.policy_office.scope import ANY, Scope
from gateway.policy_office.version import DOMAIN, Damaged, NotSigned, Source, Version, signed
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.policy_versions import Versions, sign_anew
from gateway.storage.shared_policies import SharedPolicies
from gateway.storage.tables.policies import fleet_policies
from gateway.storage.tables.policy_office import policy_text, policy_version

T = TypeVar("T")
KEY, ANOTHER = (Ed25519PrivateKey.from_private_bytes(bytes(range(first, first + 32))) for first in (0, 1))
TEXTS = {
    "region/10-ž.cedar": "// Příliš \0 \u2028 'žluťoučký' %s ?",
    "region/10-ž.cases.toml": "# Případy\n",
    "municipalities/588296.cedar": "",
}


def version(now: datetime, **facts: Any) -> Version:
    told: dict[str, Any] = {
        "number": 0, "version": "0123456789ab", "texts": TEXTS, "source": Source.PROPOSAL,
        "scope": Scope("588296"), "base": 0, "proposal": "p" * 22, "author": "urad:1", "approver": "urad:2",
        "submitted_at": now - timedelta(hours=1), "approved_at": now, "at": now + timedelta(microseconds=7),
        "note": "Proč.", "node": "-",
    }  # fmt: skip
    return Version(**told | facts)


def write(database: Database, work: Callable[[Versions], T], key: Ed25519PrivateKey = KEY) -> T:
    return database.write_soon(lambda connection: work(Versions(connection, key))).result()


def read(database: Database, work: Callable[[Versions], T], key: Ed25519PrivateKey = KEY) -> T:
    return database.read_now(lambda connection: work(Versions(connection, key)))


def test_nothing_is_in_force_at_first_and_then_the_newest(database: Database, now: datetime) -> None:
    assert read(database, lambda versions: versions.in_force()) is None
    first = write(database, lambda versions: versions.put_in_force(version(now)))
    assert first == version(now, number=1)
    assert read(database, lambda versions: versions.in_force()) == first
    files = version(now, source=Source.FILES, scope=ANY, proposal=None, approver="", approved_at=None)
    second = write(database, lambda versions: versions.put_in_force(files))
    assert (second.number, second.base) == (2, 1)
    assert read(database, lambda versions: versions.in_force()) == second
    assert read(database, lambda versions: versions.version(1)) == first, "older ones are kept"
    heads = read(database, lambda versions: versions.heads([ANY, Scope("588296")], None, 9))
    assert [(one.number, one.source) for one in heads] == [(2, Source.FILES), (1, Source.PROPOSAL)]
    assert [one.number for one in read(database, lambda versions: versions.heads([ANY], None, 9))] == [2]


def test_a_key_in_the_place_of_another_signs_anew_what_that_one_signed_and_nothing_else(
    database: Database, now: datetime
) -> None:
    first = write(database, lambda versions: versions.put_in_force(version(now)))
    thief, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    write(database, lambda versions: versions.put_in_force(version(now)), thief)
    database.write_soon(lambda connection: sign_anew(connection, KEY, new)).result()
    assert read(database, lambda versions: versions.version(1), new) == first
    for number, key in ((1, KEY), (2, new)):
        with pytest.raises(NotSigned):
            read(database, lambda versions, number=number: versions.version(number), key)


def test_nodes_of_the_version_before_read_the_policies_and_no_cases(
    database: Database, now: datetime
) -> None:
    made = write(database, lambda versions: versions.put_in_force(version(now)))
    told = database.read_now(lambda connection: SharedPolicies(connection).in_force())
    assert told is not None
    assert told.texts.keys() == {"region/10-ž.cedar", "municipalities/588296.cedar"}
    assert (told.version, told.by, told.at) == (made.version, "urad:2", made.at)


@pytest.mark.parametrize(
    "column",
    [
        "version",
        "source",
        "scope",
        "base",
        "restores",
        "proposal",
        "author",
        "approver",
        "submitted_at",
        "approved_at",
        "activated_at",
        "note",
        "node",
    ],
)
def test_a_row_that_anybody_altered_decides_nothing(database: Database, now: datetime, column: str) -> None:
    write(database, lambda versions: versions.put_in_force(version(now)))
    other: Any = {"source": "files"}.get(
        column, 7 if isinstance(policy_version.c[column].type, Integer) else "x"
    )
    database.write_soon(lambda c: c.execute(update(policy_version).values({column: other}))).result()
    with pytest.raises(NotSigned):
        read(database, lambda versions: versions.in_force())


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (policy_version, {"files": "{"}),
        (policy_version, {"files": "[]"}),
        (policy_version, {"files": '{"../x": "1"}'}),
        (policy_version, {"files": '{"region/a.cedar": "1"}'}),
        (policy_version, {"source": "nobody"}),
        (policy_version, {"signature": "%"}),
        (policy_text, {"text": '"permit (principal, action, resource);"'}),
        (policy_text, {"text": "{"}),
        (policy_text, {"text": "7"}),
    ],
)
def test_what_is_damaged_decides_nothing(
    database: Database, now: datetime, table: Any, values: dict[str, str]
) -> None:
    write(database, lambda versions: versions.put_in_force(version(now)))
    database.write_soon(lambda c: c.execute(update(table).values(values))).result()
    with pytest.raises(Damaged):
        read(database, lambda versions: versions.in_force())


def test_all_that_came_after_a_version_is_read_from_its_first_time_on(
    database: Database, now: datetime
) -> None:
    marks = list[str]()
    for text in ("// 1", "// 2", "// 1", "// 3", "// 4"):
        texts = {"region/10-a.cedar": text}
        name = "0123456789ab" if text != "// 4" else "ba9876543210"
        new = version(now, version=name, texts=texts)
        marks.append(write(database, lambda versions, new=new: versions.put_in_force(new)).digest[:12])

    def numbers(mark: str, until: int) -> list[int]:
        name = "0123456789ab"
        return read(database, lambda versions: [one.number for one in versions.after(name, mark, until)])

    assert numbers(marks[0], 5) == [2, 3, 4, 5], (
        "it came again later, and what was between counts all the same"
    )
    assert numbers(marks[1], 4) == [3, 4]
    assert numbers("", 5) == numbers("0" * 12, 5) == [2, 3, 4, 5], (
        "a note without a mark, or with none of these"
    )
    assert numbers(marks[3], 4) == []
    database.write_soon(
        lambda c: c.execute(
            update(policy_version).where(policy_version.c.number == 3).values(author="urad:9")
        )
    ).result()
    with pytest.raises(Damaged):
        numbers(marks[0], 5)


def test_what_another_key_signed_or_the_same_key_for_another_purpose_decides_nothing(
    database: Database, now: datetime
) -> None:
    made = write(database, lambda versions: versions.put_in_force(version(now)), ANOTHER)
    with pytest.raises(NotSigned):
        read(database, lambda versions: versions.in_force())
    without = base64.b64encode(KEY.sign(signed(made).removeprefix(DOMAIN))).decode()
    database.write_soon(lambda c: c.execute(update(policy_version).values(signature=without))).result()
    with pytest.raises(NotSigned):
        read(database, lambda versions: versions.in_force())


def test_a_row_of_fleet_policies_that_nobody_signed_decides_nothing(
    database: Database, now: datetime
) -> None:
    write(database, lambda versions: versions.put_in_force(version(now)))
    others = version(now, texts={"region/a.cedar": "// jiné"}).publication()
    database.write_soon(lambda connection: SharedPolicies(connection).publish(others)).result()
    with pytest.raises(NotSigned):
        read(database, lambda versions: versions.in_force())
    database.write_soon(lambda c: c.execute(delete(fleet_policies))).result()
    with pytest.raises(Damaged, match="deleted"):
        read(database, lambda versions: versions.in_force())


def test_what_the_version_before_published_is_taken_over_once(database: Database, now: datetime) -> None:
    before = version(now).publication()
    database.write_soon(lambda connection: SharedPolicies(connection).publish(before)).result()
    found = read(database, lambda versions: versions.in_force())
    assert found is not None
    assert (found.number, found.source, found.texts) == (0, Source.BEFORE, before.texts)
    taken = write(database, lambda versions: versions.put_in_force(found))
    assert read(database, lambda versions: versions.in_force()) == taken == replace(found, number=1)


def test_signed_versions_that_were_deleted_are_not_taken_over_again(
    database: Database, now: datetime
) -> None:
    entry = Entry(code=Code.POLICY_ACTIVATED, outcome=Outcome.SUCCESS, at=now, details={"after": 1})
    write(database, lambda versions: versions.put_in_force(version(now)))
    database.write_soon(lambda connection: append(connection, [entry])).result()
    database.write_soon(lambda c: c.execute(delete(policy_version))).result()
    with pytest.raises(NotSigned, match="deleted"):
        read(database, lambda versions: versions.in_force())


def test_an_older_version_is_not_in_force_again_when_those_behind_it_are_deleted(
    database: Database, now: datetime
) -> None:
    older = write(
        database, lambda versions: versions.put_in_force(version(now, texts={"region/a.cedar": ""}))
    )
    write(database, lambda versions: versions.put_in_force(version(now)))
    entry = Entry(code=Code.POLICY_ACTIVATED, outcome=Outcome.SUCCESS, at=now, details={"after": 2})
    database.write_soon(lambda connection: append(connection, [entry])).result()
    database.write_soon(
        lambda c: c.execute(delete(policy_version).where(policy_version.c.number == 2))
    ).result()
    database.write_soon(lambda connection: SharedPolicies(connection).publish(older.publication())).result()
    with pytest.raises(NotSigned, match="number 2"):
        read(database, lambda versions: versions.in_force())


def test_files_of_all_are_told_where_they_changed_something_and_nowhere_else(
    database: Database, now: datetime
) -> None:
    here, there, region = Scope("588296"), Scope("588491"), Scope("region")
    files: dict[str, Any] = {"source": Source.FILES, "scope": ANY, "proposal": None}
    one = TEXTS | {"municipalities/588491.cedar": "// a", "municipalities/588491.cases.toml": "# a"}
    steps: list[dict[str, Any]] = [
        files | {"texts": one},  # 1, the first: of everybody
        files | {"texts": (two := one | {"municipalities/588491.cedar": "// b"})},  # 2
        files | {"texts": (three := two | {"region/10-ž.cases.toml": "# b"})},  # 3
        {"texts": three, "scope": here},  # 4, a proposal that was approved
        files | {"texts": (five := three | {"municipalities/588491.cases.toml": "# b"})},  # 5
        files | {"texts": {name: five[name] for name in five if "588296" not in name}},  # 6: a file less
        files | {"texts": five | {"region/90.cedar": "// c"}},  # 7: that file again, and one of the region
    ]
    for facts in steps:
        made = version(now, **facts)
        write(database, lambda versions, made=made: versions.put_in_force(made))

    def numbers(scope: Scope, before: int | None = None, limit: int = 9) -> list[int]:
        heads = read(database, lambda versions: versions.concerning(scope, before, limit))
        return [one.number for one in heads]

    assert numbers(there) == [5, 2, 1]
    assert numbers(here) == [7, 6, 4, 1]
    assert numbers(region) == [7, 3, 1]
    assert numbers(Scope("542342")) == [1], "the next in order has no text of its own"
    assert numbers(here, 7, 2) == [6, 4]
