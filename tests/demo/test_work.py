"""What the demo's directory says of people's work."""

from pathlib import Path

from config.settings import ActivityRoles, Directory, Work
from config.vocabulary import DirectoryName
from gateway.demo import work
from gateway.demo.people import CENTRE, HULIN
from idp.directory.work import ActivityRole
from idp.directory.work_book import WorkBook
from tests.demo.test_people import PEOPLE

BOOK = WorkBook(
    Directory(
        name=DirectoryName("kromeriz"), servers=["ldaps://x"], authority=Path("x"), bind_dn="x",
        bind_password_file=Path("x"), people_base="dc=x", groups_base="dc=x", roles=[],
        work=Work(
            employed_since=work.BEGINS, employed_until=work.ENDS, departments=work.DEPARTMENT,
            activity_roles=ActivityRoles(attribute=work.ACTIVITY_ROLE, value=work.WRITTEN),
        ),
    )
)  # fmt: skip


def test_all_of_it_can_be_read_and_every_rule_finds_somebody_to_be_tried_on():
    known = {}
    for one in PEOPLE:
        values: dict[str, list[str]] = {}
        for name, value in work.attributes(one.login, one.places):
            values.setdefault(name.lower(), []).append(value)
        known[one.login], troubles = BOOK.work(values)
        assert troubles == ()
    assert known["novakova.jana"].departments == ("Matrika", "Odbor vnitřních věcí")
    assert known["novakova.jana"].activity_roles == (ActivityRole(HULIN, "A115", "CR22"),)
    assert known["fiala.pavel"].employed_since is None  # a supplier
    assert any(one.employed_until == work.FIXED_TERM for one in known.values())
    assert {one.municipality for held in known.values() for one in held.activity_roles or ()} >= {
        CENTRE,
        HULIN,
    }
