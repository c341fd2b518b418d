"""As many entries are counted as are then read, in either kind of directory; read page by page, usable or not."""

from collections.abc import Iterator

import pytest

from config.settings import Directory as Settings
from config.vocabulary import Role
from idp.directory.survey_reading import count, gather
from idp.directory.sync.full import Progress
from tests.rig.domain_office import PASSWORD, dn, domain
from tests.rig.samba import Domain, account
from tests.rig.slapd import Directory, municipality_ldif, person_ldif, role_ldif, slapd

__all__ = ["domain"]
pytestmark = pytest.mark.real
LDIF = (
    "".join(person_ldif(f"p{number}") for number in range(7))
    + person_ldif("dva", uid=["dva", "podruhe"])
    + municipality_ldif("588296")
    + role_ldif(Role.CLERK, "588296", ["p1"])
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with slapd(tmp_path_factory.mktemp("counted"), LDIF) as running:
        yield running


def counted_and_read(settings: Settings) -> tuple[list[int], Progress]:
    expected: list[int] = []
    told: list[Progress] = []
    gather(settings, told.append, expected.append)
    return expected, told[-1]


def test_what_openldap_holds_is_counted_before_it_is_read(directory: Directory) -> None:
    settings = directory.settings(page_size=3)
    assert counted_and_read(settings) == ([9], Progress(8, 1))  # one of them cannot be used
    assert count(settings) == 9


def test_what_a_domain_holds_is_counted_before_it_is_read(domain: Domain) -> None:
    with domain.as_administrator() as root:
        root.add(dn("pocitana"), **account("pocitana", PASSWORD, displayName="Jana Nováková"))
    settings = domain.settings(page_size=5)
    [expected], read = counted_and_read(settings)
    assert expected == read.people + read.groups > 5
    assert count(settings) == expected
