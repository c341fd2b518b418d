"""Whose of the directory a record is: one person's by proven keys, or nobody's, and of others nothing is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from config.vocabulary import DirectoryName, MunicipalityCode, Role, SubjectId
from gateway.incidents.by import By
from gateway.personnel.attributes import EMPTY
from gateway.personnel.linking import Linked, Linking
from gateway.personnel.record import Sender, Source
from gateway.personnel.refused import Unlinked
from idp.directory.person import Person, RoleHeld
from idp.directory.person_number import MOST_ACCOUNTS
from idp.directory.same_person import Account
from tests.rig.people import HULIN, JANA

pytestmark = pytest.mark.asyncio
CENTRE = MunicipalityCode("588296")
TOWN = DirectoryName("town")
SOURCE = Source(account="vema", name="Vema", directory=TOWN, municipalities=frozenset({HULIN}), most_closed=1)
SENDER = Sender(SOURCE, By(subject="technical:vema", login="vema"), HULIN)
NUMBERS = {
    "7": ["town:jana", "town:jana.admin"],
    "8": ["town:eva"],
    "9": ["town:petr"],
    "n/a": [f"town:{number}" for number in range(MOST_ACCOUNTS + 1)],
}
LOGINS = {
    "jana": ["town:jana"],
    "eva": ["town:eva"],
    "petr": ["town:petr"],
    "shared": ["town:jana", "town:eva"],
}


def person(subject: SubjectId, in_centre: str = "town:petr") -> Person:
    where = CENTRE if subject == in_centre else HULIN
    return replace(JANA, subject=subject, roles=(RoleHeld(where, Role.CLERK),))


async def numbered(directory: DirectoryName, number: str) -> Sequence[SubjectId]:
    return [SubjectId(one) for one in NUMBERS.get(number, [])] if directory == TOWN else []


async def called(directory: DirectoryName, login: str) -> Sequence[SubjectId]:
    return [SubjectId(one) for one in LOGINS.get(login, [])] if directory == TOWN else []


async def people(whom: Collection[SubjectId]) -> Mapping[SubjectId, Person]:
    return {one: person(one) for one in whom}


def others(whose: SubjectId) -> Sequence[Account]:
    elsewhere = {"town:eva": "office:eva", "town:jana": "town:jana.admin", "town:jana.admin": "town:jana"}
    return [Account(SubjectId(elsewhere[whose]), "x")] if whose in elsewhere else []


@pytest.mark.parametrize(
    ("number", "login", "subjects", "unlinked"),
    [
        ("7", "nobody.s", ("town:jana", "town:jana.admin"), None),
        (" 7 ", "jana", ("town:jana", "town:jana.admin"), None),
        ("7", "eva", (), Unlinked.DISAGREE),
        (
            "7",
            "petr",
            ("town:jana", "town:jana.admin"),
            None,
        ),  # of Petr, who works elsewhere, nothing is told
        ("8", "eva", ("office:eva", "town:eva"), None),
        ("9", "petr", (), Unlinked.NOBODY),
        ("10", "jana", (), Unlinked.NOBODY),  # a number that is nobody's is not passed over
        ("0", "jana", (), Unlinked.NOBODY),  # it says nothing
        ("n/a", "jana", (), Unlinked.SEVERAL),
        ("", "jana", ("town:jana", "town:jana.admin"), None),
        ("", "petr", (), Unlinked.NOBODY),
        ("", "nobody", (), Unlinked.NOBODY),
        ("", "shared", (), Unlinked.SEVERAL),
    ],
)
async def test_a_record_is_the_one_s_whom_its_keys_name(
    number: str, login: str, subjects: tuple[str, ...], unlinked: Unlinked | None
) -> None:
    linking = Linking(numbered, called, people, others)
    found = await linking.of({**EMPTY, "number": number, "user_name": login}, SENDER)
    assert (found.subjects, found.unlinked) == (tuple(SubjectId(one) for one in subjects), unlinked)
    by_login = [one for one in subjects if one in LOGINS.get(login, ())]
    assert found.receiver == (by_login[0] if by_login else subjects[0] if len(subjects) == 1 else None)


async def test_who_has_no_role_yet_is_of_the_municipality_whose_directory_it_is() -> None:
    async def without(whom: Collection[SubjectId]) -> Mapping[SubjectId, Person]:
        return {one: replace(JANA, subject=one, roles=()) for one in whom}

    values = {**EMPTY, "user_name": "eva"}
    linking = Linking(numbered, called, without, others)
    assert (await linking.of(values, SENDER)).unlinked is Unlinked.NOBODY
    gives = replace(SENDER, source=replace(SOURCE, gives_in=frozenset({HULIN})))
    assert (await linking.of(values, gives)).receiver == "town:eva"
    elsewhere = replace(gives, municipality=CENTRE)
    assert (await linking.of(values, elsewhere)).unlinked is Unlinked.NOBODY


async def test_who_is_elsewhere_with_another_account_is_nobody_s() -> None:
    async def one_in_the_centre(whom: Collection[SubjectId]) -> Mapping[SubjectId, Person]:
        return {one: person(one, "office:eva") for one in whom}

    linking = Linking(numbered, called, one_in_the_centre, others)
    found = await linking.of({**EMPTY, "number": "8", "user_name": "x"}, SENDER)
    assert found == Linked(unlinked=Unlinked.NOBODY)
