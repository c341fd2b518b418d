"""The register of accounts without a second factor, over a real identity store and the replica of a directory."""

import csv
import io
import json
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.settings import Directory
from config.vocabulary import MunicipalityCode, Role, SubjectId
from gateway.sessions.without_factor import Account, Asked, Standing, WithoutFactor
from gateway.sessions.without_factor_told import as_csv, as_json
from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from gateway.storage.directory_reading import StoredReading
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.replicated import ReplicatedPeople
from idp.events import Actor
from idp.login import recovery
from idp.login.exception import new_exception
from idp.login.handle import hashed, new_handle
from idp.login.spoken_code import new_spoken_code
from tests.gateway.sessions.test_assistance import OFFICER, ORIGIN
from tests.rig.assistance import KAREL, LUCIE, TOMAS, Helping, helping
from tests.rig.people import HULIN, NOON, person
from tests.rig.prepared import prepared
from tests.rig.replica import OFFICE, fill
from tests.rig.replica import person as record

KVASICE = MunicipalityCode("588644")
BY = Actor("dvorak", "urad:dvorak")
GONE = SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1bff")


@dataclass
class Listed:
    """A directory of a list, in pages."""

    people: list[Person]
    page: int = 2

    async def everybody(self, wanted) -> AsyncIterator[Person]:
        for begin in range(0, len(self.people), self.page):
            some = {one.subject: one for one in self.people[begin : begin + self.page]}
            those = await wanted(some.keys())
            for subject, one in some.items():
                if subject in those:
                    yield one


@pytest.fixture
async def office() -> AsyncIterator[Helping]:
    with helping() as made:
        await made.prepare()
        yield made


async def register(office: Helping, asked: Asked | None = None, **more: object) -> list[Account]:
    async def counting(found):
        return found

    listed = Listed(office.people)
    made = WithoutFactor(lambda: [listed], counting, office.kept.store, more.get("recovery"))
    return list(await made.accounts(asked or Asked(), NOON))


async def granted(office: Helping, subject: SubjectId, login: str, days: int = 30, begun: int = 0) -> None:
    at = NOON + timedelta(days=begun)
    one = new_exception(subject, login, "Ztracený telefon", BY, at, at + timedelta(days=days))
    await office.kept.store.transact(lambda book: book.keep_exception(one))


async def test_accounts_that_never_signed_in_are_in_it_and_those_with_a_factor_are_not(
    office: Helping,
) -> None:
    found = await register(office)
    assert {one.login: one.standing for one in found} == {
        LUCIE.login: Standing.NONE,
        TOMAS.login: Standing.NONE,
    }
    assert [one.proofs.signed_in_at for one in found] == [None, None]


async def test_an_exception_is_told_with_its_dates_and_stands_first(office: Helping) -> None:
    await granted(office, TOMAS.subject, TOMAS.login)
    first = (await register(office))[0]
    assert (first.login, first.standing) == (TOMAS.login, Standing.EXCEPTION)
    assert first.exception is not None
    assert (first.exception.begins_at, first.exception.ends_at) == (NOON, NOON + timedelta(days=30))
    assert (first.exception.reason, first.exception.granted_by) == ("Ztracený telefon", BY)


async def test_whose_exception_makes_the_factor_needless_is_in_it_too(office: Helping) -> None:
    await granted(office, KAREL.subject, KAREL.login)
    [karel] = [one for one in await register(office) if one.subject == KAREL.subject]
    assert (karel.standing, karel.proofs.authenticators) == (Standing.EXCEPTION, 1)


async def test_an_exception_that_is_over_is_told_as_the_last_one_and_opens_nothing(office: Helping) -> None:
    await granted(office, LUCIE.subject, LUCIE.login, days=10, begun=-30)
    await granted(office, KAREL.subject, KAREL.login, days=10, begun=-30)
    found = {one.login: one for one in await register(office)}
    assert found[LUCIE.login].standing is Standing.NONE
    assert found[LUCIE.login].exception is None
    assert found[LUCIE.login].exception_before is not None
    assert KAREL.login not in found  # who has a factor now, and no exception


async def test_a_code_that_waits_recovery_codes_and_the_last_sign_in_are_told(office: Helping) -> None:
    await office.assistance.issue_code(OFFICER, LUCIE.subject, timedelta(hours=24), origin=ORIGIN, now=NOON)
    browser, seen = hashed(new_handle()), NOON - timedelta(days=3)
    codes = [new_spoken_code(), new_spoken_code()]
    await office.kept.store.transact(lambda book: book.keep_browser(browser, LUCIE.subject, seen))
    await office.kept.store.transact(lambda book: book.renew_recovery_codes(LUCIE.subject, codes, NOON))
    await office.kept.store.transact(lambda book: book.spend_recovery_code(LUCIE.subject, codes[0], NOON))
    [lucie] = [one for one in await register(office) if one.subject == LUCIE.subject]
    assert lucie.standing is Standing.CODE
    assert lucie.proofs.code_until == NOON + timedelta(hours=24)
    assert (lucie.proofs.recovery_codes, lucie.proofs.signed_in_at) == (1, seen)


@pytest.mark.parametrize("state", [AccountState.DISABLED, AccountState.SUSPENDED])
async def test_an_account_that_is_shut_lets_nobody_in_whatever_runs(
    office: Helping, state: AccountState
) -> None:
    office.people[:] = [replace(LUCIE, state=state)]
    await granted(office, LUCIE.subject, LUCIE.login)
    [lucie] = await register(office)
    assert lucie.standing is Standing.SHUT
    assert lucie.exception is not None


async def test_an_exception_of_whom_no_directory_knows_any_more_is_told(office: Helping) -> None:
    await granted(office, GONE, "odesel.jan")
    [gone] = [one for one in await register(office) if one.subject == GONE]
    assert (gone.login, gone.state, gone.standing) == ("odesel.jan", None, Standing.SHUT)


async def test_of_many_pages_nobody_loses_what_was_read_of_them(office: Helping) -> None:
    many = [
        person(SubjectId(f"urad:6f1c2f0e-6d7e-4a5e-9a51-{number:012}"), f"nekdo.{number}")
        for number in range(250)
    ]
    office.people[:] = [one for pair in zip(many, [KAREL] * 250, strict=True) for one in pair]
    for one in many:
        browser = hashed(new_handle())
        await office.kept.store.transact(
            lambda book, one=one, browser=browser: book.keep_browser(browser, one.subject, NOON)
        )
    found = await register(office)
    assert len(found) == 250
    assert {one.proofs.signed_in_at for one in found} == {NOON}


async def test_a_municipality_sees_its_own_people_and_their_roles_there_alone(office: Helping) -> None:
    both = replace(LUCIE, roles=(RoleHeld(HULIN, Role.CLERK), RoleHeld(KVASICE, Role.MAYOR)))
    office.people[:] = [both, TOMAS]
    await granted(office, GONE, "odesel.jan")
    [lucie] = await register(office, Asked(within=KVASICE))
    assert (lucie.subject, lucie.roles) == (LUCIE.subject, (RoleHeld(KVASICE, Role.MAYOR),))
    elsewhere = await register(office, Asked(within=KVASICE, municipality=HULIN))
    assert elsewhere == [], "whoever is found would have a role there"
    assert await register(office, Asked(within=KVASICE, municipality=KVASICE)) == [lucie]
    assert await register(office, Asked(within=MunicipalityCode("000000"))) == []


async def test_it_is_narrowed_by_municipality_and_by_person(office: Helping) -> None:
    assert {one.login for one in await register(office, Asked(municipality=HULIN))} == {
        LUCIE.login,
        TOMAS.login,
    }
    for text in ("lucie", "MALA luc", LUCIE.subject, LUCIE.login):
        assert [one.login for one in await register(office, Asked(person=text))] == [LUCIE.login], text


async def test_the_recovery_administrator_issued_without_a_factor_is_in_it(office: Helping) -> None:
    whose = recovery.person(HULIN)
    assert all(one.standing is not Standing.RECOVERY for one in await register(office, recovery=whose))
    issued = recovery.Account(
        id=recovery.RecoveryId("ABCDEFGH"),
        secret_hash="",
        code=None,
        municipality=HULIN,
        issued_at=NOON,
        issued_by="cli",
    )
    await office.kept.store.transact(lambda book: book.keep_recovery(issued))
    first = (await register(office, recovery=whose))[0]
    assert (first.subject, first.standing) == (whose.subject, Standing.RECOVERY)


async def test_as_a_table_and_as_data_it_says_the_same_and_computes_nothing(office: Helping) -> None:
    office.people[:] = [replace(LUCIE, name="=cmd|calc")]
    await granted(office, LUCIE.subject, LUCIE.login)
    found = await register(office)
    told = json.loads(as_json(found, NOON))
    assert told["at"] == "2026-11-23T12:00:00+00:00"
    [row] = list(csv.DictReader(io.StringIO(as_csv(found).removeprefix("\ufeff"))))
    [data] = told["accounts"]
    assert row["person"] == "'=cmd|calc"
    assert row["exception_until"] == data["exception_until"] == "2026-12-23T12:00:00+00:00"
    assert row["roles"] == "; ".join(data["roles"])
    assert date.fromisoformat(data["exception_from"][:10]) == NOON.date()


async def test_of_the_replica_whom_it_is_not_about_nothing_is_worked_out(tmp_path: Path) -> None:
    settings = Directory(
        name=OFFICE, servers=["ldaps://localhost"], authority=tmp_path, bind_dn="cn=brana", bind_password_file=tmp_path,
        people_base="ou=people", groups_base="ou=groups", roles=[],
    )  # fmt: skip
    with closing(Database(prepared(tmp_path / "brana.db"))) as database:
        fill(StoredReplica(database), [record(number) for number in range(250)])
        people = ReplicatedPeople(settings, None, StoredReading(database), lambda: NOON)
        pages: list[int] = []

        async def even(subjects) -> list[SubjectId]:
            pages.append(len(subjects))
            return [one for one in subjects if int(one[-12:]) % 2 == 0]

        found = [one.login async for one in people.everybody(even)]
        assert sorted(found) == sorted(f"p{number}" for number in range(0, 250, 2))
        assert pages == [100, 100, 50]
        assert len([one async for one in people.everybody()]) == 250
