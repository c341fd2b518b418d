"""What a single connection lets through, on a real server that would let through more."""

from collections.abc import Iterator

import ldap
import pytest

from idp.directory.bind import Bind
from idp.directory.connection import Access, Connection, _sorted_out
from idp.directory.errors import DirectoryMisconfigured, RefusalReason
from tests.rig.slapd import Directory, person_dn, person_ldif, slapd

PASSWORD = "heslo-ktere-tu-plati"


def test_referrals_are_kept_apart_from_entries():
    entries, referrals = _sorted_out([("uid=a,dc=x", {"uid": [b"a"]}, []), (None, ["ldap://jinde/dc=x"], [])])
    assert [each.dn for each in entries] == ["uid=a,dc=x"]
    assert referrals == ["ldap://jinde/dc=x"]


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """A server that takes a bind without a password, or without a name, for one as nobody: and says yes."""
    with slapd(tmp_path_factory.mktemp("neopatrny"), person_ldif("novak", password=PASSWORD)) as directory:
        directory.reconfigure("add: olcAllows", "olcAllows: bind_anon_cred bind_anon_dn", dn="cn=config")
        yield directory


HALVES = [(person_dn("novak"), ""), ("", PASSWORD), ("", "")]


@pytest.mark.real
@pytest.mark.parametrize(("dn", "password"), HALVES)
def test_a_bind_without_a_name_or_a_password_proves_nothing_though_the_server_accepts_it(
    careless: Directory, dn: str, password: str
):
    settings = careless.settings()
    access = Access(settings.authority, settings.connect_timeout, settings.operation_timeout)
    raw = ldap.initialize(careless.url)
    raw.set_option(ldap.OPT_X_TLS_CACERTFILE, str(settings.authority))
    raw.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    raw.simple_bind_s(dn, password)  # accepted
    raw.unbind_s()
    line = Connection(careless.url, access)
    assert line.bind_person(dn, password, access) == Bind(RefusalReason.EMPTY_PASSWORD, bound=False)
    line.close()
    with pytest.raises(DirectoryMisconfigured, match="set bind_dn and a password"):
        Connection(careless.url, access).log_in(dn, password, access)
    line = Connection(careless.url, access)
    assert line.bind_person(person_dn("novak"), PASSWORD, access) == Bind(None, bound=True)
    line.close()
