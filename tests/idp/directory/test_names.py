import ldap.dn
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from idp.directory.filters import equal
from idp.directory.names import NotAName, all_comparable, comparable, escaped, parsed, prepared
from tests.rig.office import PASSWORD, reading
from tests.rig.slapd import BASE, Directory, slapd

text = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(' \\,+"<>;=#ěščřž\0'), min_size=1, max_size=30
)
names = text.filter(lambda value: value.strip() and "\0" not in value and value.isprintable())


@given(text)
@example("Nováková, Žaneta (OÚ #1)")
@example("#")
@example("  ")
def test_an_escaped_value_is_read_back_whole(value: str):
    ((kind, read, _),) = ldap.dn.str2dn(f"cn={escaped(value)},{BASE}")[0]
    assert (kind, read) == ("cn", value)


@given(text)
def test_an_escaped_value_stays_one_value(value: str):
    assert len(parsed(f"cn={escaped(value)},{BASE}")) == 3


@given(text)
def test_preparing_twice_changes_nothing(value: str):
    assert prepared(prepared(value)) == prepared(value)


def test_names_are_the_same_as_ldap_sees_them():
    def same(one: str, other: str) -> bool:
        return parsed(one) == parsed(other)

    assert same(
        "CN=Registrar , OU=588491,dc=obec,dc=test",
        "cn=registrar,organizationalUnitName=588491,DC=Obec,dc=TEST",
    )
    assert same("cn=a+ou=b,dc=x", "ou=B+cn=A,dc=x")
    assert same("cn=Čech  Jan,dc=x", "cn=čech jan,dc=x")
    assert not same("cn=a\\,dc\\=x", "cn=a,dc=x")
    assert same("CN=Kdo\\?,dc=x", "cn=kdo?,dc=x")  # as Samba writes it
    assert not same("cn=kdo\\\\?,dc=x", "cn=kdo?,dc=x")
    assert not same("cn=a,dc=x,dc=y", "cn=a,dc=y,dc=x")


@pytest.mark.parametrize("nonsense", ["nonsense", "=x", "cn=a,,dc=x", "cn=\\zz", "a,b"])
def test_what_is_no_name_is_said_to_be_none(nonsense: str):
    with pytest.raises(NotAName):
        parsed(nonsense)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory):
    with slapd(tmp_path_factory.mktemp("names")) as directory:
        yield directory


def add(directory: Directory, name: str, login: str) -> str:
    dn = f"CN={escaped(name)},{directory.people_base}"
    with directory.as_root() as connection:
        connection.add_s(
            dn,
            [
                ("objectClass", [b"inetOrgPerson"]),
                ("sn", [b"x"]),
                ("uid", [login.encode()]),
                ("userPassword", [PASSWORD.encode()]),
            ],
        )
    return dn


@pytest.mark.real
async def test_a_name_full_of_syntax_binds_and_is_found(empty: Directory):
    dn = add(empty, "Nováková, Žaneta (OÚ #1)", "novakova.zaneta")
    with reading(empty.settings()) as reader:
        person = await reader.authenticate("novakova.zaneta", PASSWORD)
        assert person.name == "Nováková, Žaneta (OÚ #1)"
    assert dn.startswith("CN=Nováková\\, Žaneta (OÚ #1)")


@pytest.mark.real
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=names)
async def test_whatever_the_name_the_directory_finds_exactly_that_entry(empty: Directory, name: str):
    login = name.encode().hex()
    dn = add(empty, name, login)
    try:
        with reading(empty.settings(connections=1)) as reader:
            found = await reader._pool.run(lambda line: list(reader._people.entries(line, equal("cn", name))))
        assert [each.values("uid") for each in found] == [(login.encode(),)]
        assert parsed(found[0].dn) == parsed(dn)
    finally:
        with empty.as_root() as root:
            root.delete_s(dn)


@given(
    st.lists(st.tuples(st.sampled_from(["cn", "CN", "uid", "userid", "ou"]), st.text(min_size=1)), min_size=1)
)
def test_two_spellings_have_one_comparable_name_and_two_names_have_two(parts: list[tuple[str, str]]):
    dn = ",".join(f"{kind}={escaped(value)}" for kind, value in parts)
    try:
        name = parsed(dn)
    except NotAName:
        return
    assert parsed(comparable(dn)) == name
    assert comparable(comparable(dn)) == comparable(dn)


def test_an_easy_name_is_made_comparable_as_any_other():
    easy, spelt = "UID=Novak.Jan,OU=Lidé,dc=Obec", "userid=novak.jan, ou=lidé,dc=obec"
    assert comparable(easy.replace("Lidé", "Lide")) == "uid=novak.jan,ou=lide,dc=obec"
    assert comparable(easy) == comparable(spelt) == "uid=novak.jan,ou=lidé,dc=obec"


@given(
    st.lists(
        st.one_of(st.sampled_from([b"uid=a,dc=b", b"CN=X Y,DC=b", b"cn=a\nuid=b"]), st.binary(max_size=12))
    )
)
def test_many_names_are_made_comparable_as_each_of_them_would_be(names: list[bytes]):
    def one_by_one() -> list[str] | None:
        try:
            return [comparable(name.decode()) for name in names]
        except (NotAName, UnicodeDecodeError):
            return None

    try:
        together = all_comparable(names)
    except (NotAName, UnicodeDecodeError):
        together = None
    assert together == one_by_one()
