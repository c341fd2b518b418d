"""Which roles a personnel system gives, and to which account: by the list alone, and never twice."""

from dataclasses import replace

from hypothesis import given as drawn
from hypothesis import strategies as st

from config.settings import Personnel, PersonnelRole
from config.vocabulary import WATCHING, DirectoryName, Role, SubjectId
from gateway.personnel.attributes import EMPTY
from gateway.personnel.giving import given, receiver, roles_by, rules_of
from gateway.personnel.record import Record
from idp.directory.person import Pushed, RoleHeld
from idp.directory.pushed import with_pushed
from idp.directory.separation import judged
from tests.rig.people import HULIN, JANA, NOON

TOWN = DirectoryName("town")
HERS, OTHER = SubjectId("town:jana"), SubjectId("town:jana.admin")
ACCOUNTANT, MAYOR = RoleHeld(HULIN, Role.ACCOUNTANT), RoleHeld(HULIN, Role.MAYOR)
SETTINGS = Personnel(
    account="vema",
    directory=TOWN,
    roles=[
        PersonnelRole(value="Účetní", role=Role.ACCOUNTANT, municipality=HULIN),
        PersonnelRole(value="vedení", role=Role.MAYOR, municipality=HULIN),
        PersonnelRole(value="vedení", role=Role.ACCOUNTANT, municipality=HULIN),
    ],
)
RULES = {"vema": (TOWN, rules_of(SETTINGS))}


def record(*words: str, account: str = "vema", gives_to: SubjectId | None = HERS) -> Record:
    values = {**EMPTY, "roles": words}
    return Record(
        id="x",
        account=account,
        values=values,
        subjects=(HERS,),
        gives_to=gives_to,
        created_at=NOON,
        changed_at=NOON,
    )


@drawn(st.lists(st.sampled_from(["účetní", "ÚČETNÍ", "vedení", "mayor", "*", "", "účetní obce"])))
def test_a_word_gives_what_the_list_says_and_every_other_nothing(words) -> None:
    said = {one.casefold() for one in words}
    expected = ({ACCOUNTANT} if said & {"účetní", "vedení"} else set()) | (
        {MAYOR} if "vedení" in said else set()
    )
    assert roles_by(rules_of(SETTINGS), words) == expected


def test_only_records_of_systems_that_may_give_to_that_account_count() -> None:
    assert given(HERS, [record("účetní"), record("vedení")], RULES) == {
        Pushed(ACCOUNTANT, "vema"),
        Pushed(MAYOR, "vema"),
    }
    nothing = [
        record("účetní", account="ginis"),
        record("účetní", gives_to=OTHER),
        record("účetní", gives_to=None),
    ]
    assert given(HERS, nothing, RULES) == set()
    elsewhere = SubjectId("village:jana")
    assert given(elsewhere, [record("účetní", gives_to=elsewhere)], RULES) == set()


def test_one_account_gets_them_that_of_the_login_or_the_only_one() -> None:
    assert receiver([HERS, OTHER], [HERS]) == HERS
    assert receiver([HERS], []) == HERS
    assert receiver([HERS, OTHER], []) is None
    assert receiver([HERS, OTHER], [HERS, OTHER]) is None
    assert receiver([], [HERS]) is None


CLERK = RoleHeld(HULIN, Role.CLERK)
PUSHED = [Pushed(ACCOUNTANT, "vema"), Pushed(CLERK, "vema")]


def test_what_the_directory_gives_stays_the_directorys_and_twice_is_once() -> None:
    clerk = replace(JANA, roles=(CLERK,))
    made = with_pushed(clerk, PUSHED)
    assert (made.roles, made.pushed) == (tuple(sorted([ACCOUNTANT, CLERK])), (Pushed(ACCOUNTANT, "vema"),))
    assert with_pushed(made, PUSHED) == made
    assert with_pushed(clerk, []) == clerk


@drawn(st.sampled_from(sorted(WATCHING)), st.sampled_from(list(Role)))
def test_who_administers_or_watches_is_not_changed_and_such_a_role_is_not_given(watching, role) -> None:
    officer = replace(JANA, roles=(RoleHeld(HULIN, watching),))
    assert judged(with_pushed(officer, [Pushed(RoleHeld(HULIN, role), "vema")])) == officer
    clerk = replace(JANA, roles=(CLERK,))
    assert with_pushed(clerk, [Pushed(RoleHeld(HULIN, watching), "vema")]) == clerk
