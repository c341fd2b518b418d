"""What we take as one name, real servers do too: they are asked about every pair that is tried here."""

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ldap
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from idp.directory.names import comparable, escaped, parsed
from idp.directory.spelling import LOWER
from tests.rig import samba
from tests.rig.slapd import PEOPLE, slapd

pytestmark = pytest.mark.real
LETTERS = (
    "aAiIkKsSzZ čČďřŘůŮßẞſﬁıİǰⓃⓝǅǆⅷⅧσςΣµΜжЖҐѐЀ"
    "\u0301\u030c\u0307\u0308\u0323\u00ad\u00a0\u200b\u0345ＡａẼₐ²Å\u212b\u212a"
)
TEXTS = st.text(st.sampled_from(LETTERS) | st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1)
RESPELT: list[Callable[[str], str]] = [
    str.lower,
    str.upper,
    str.casefold,
    str.swapcase,
    lambda text: text.replace(" ", "  "),
    lambda text: f" {text} ",
    *(lambda text, form=form: unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")),
]
SPELLINGS = st.lists(st.sampled_from(RESPELT), min_size=1, max_size=3)
EXAMINED = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FOLDED = [(chr(letter), lower) for letter, lower in LOWER.items() if chr(letter) != lower]


class Asked:
    """A directory that says whether two values are one name of an entry."""

    def __init__(self, connection: Any, base: str, attributes: list[tuple[str, list[bytes]]]) -> None:
        self._connection, self._base, self._attributes = connection, base, attributes

    def name(self, value: str) -> str:
        return f"cn={escaped(value)},{self._base}"

    def same(self, one: str, other: str) -> bool | None:
        """None where it does not take the first one as a name at all."""
        try:
            self._connection.add_s(self.name(one), self._attributes)
        except ldap.LDAPError:
            return None
        try:
            self._connection.search_s(self.name(other), ldap.SCOPE_BASE, attrlist=["1.1"])
        except ldap.LDAPError:
            return False
        else:
            return True
        finally:
            self._connection.delete_s(self.name(one))


@pytest.fixture(scope="module")
def openldap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with slapd(tmp_path_factory.mktemp("names")) as directory, directory.as_root() as root:
        yield Asked(root, PEOPLE, [("objectClass", [b"inetOrgPerson"]), ("sn", [b"x"])])


@pytest.fixture(scope="module")
def domain(domain_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with samba.samba(domain_tree, tmp_path_factory.mktemp("domain")) as made, made.as_administrator() as root:
        yield Asked(root.connection, samba.PEOPLE, [("objectClass", [b"contact"])])


def respelt(text: str, ways: list[Callable[[str], str]]) -> str:
    for way in ways:
        text = way(text)
    return text


@EXAMINED
@given(text=TEXTS, ways=SPELLINGS)
@example("strauß", [str.casefold])
@example("Ⓝovaks", [lambda text: unicodedata.normalize("NFKC", text)])
@example("I\u0307va", [lambda text: unicodedata.normalize("NFC", text)])
def test_names_that_are_one_to_us_are_one_to_openldap(
    openldap: Asked, text: str, ways: list[Callable[[str], str]]
):
    other = respelt(text, ways)
    if comparable(openldap.name(text)) == comparable(openldap.name(other)):
        assert openldap.same(text, other) is not False, (text, other)


@EXAMINED
@given(text=TEXTS, ways=SPELLINGS)
@example("č", [lambda text: unicodedata.normalize("NFD", text)])
def test_names_that_are_one_to_a_rule_are_one_to_a_domain(
    domain: Asked, text: str, ways: list[Callable[[str], str]]
):
    other = respelt(text, ways)
    if parsed(domain.name(text)) == parsed(domain.name(other)):
        assert domain.same(text, other) is not False, (text, other)


def test_both_kinds_of_server_know_the_lower_case_of_every_letter_we_fold(openldap: Asked, domain: Asked):
    for upper, lower in FOLDED:
        assert comparable(openldap.name(f"x{upper}")) == comparable(openldap.name(f"x{lower}"))
        assert openldap.same(f"x{upper}", f"x{lower}"), upper
        assert domain.same(f"x{upper}", f"x{lower}"), upper


def test_what_an_openldap_takes_as_one_of_czech_names_is_one_to_us(openldap: Asked):
    name = "Příliš Žluťoučký KŮŇ"
    for other in (name.lower(), name.upper(), unicodedata.normalize("NFD", name), name.replace(" ", "   ")):
        assert openldap.same(name, other)
        assert comparable(openldap.name(name)) == comparable(openldap.name(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("strauss", "strauß"), ("novaks", "Ⓝovaks"), ("jan", "jan\u00ad"), ("a₁", "a\u2090"), ("ıva", "iva")],
)
def test_two_entries_of_a_directory_have_two_names(openldap: Asked, one: str, other: str):
    assert openldap.same(one, other) is False
    assert comparable(openldap.name(one)) != comparable(openldap.name(other))


@pytest.mark.parametrize("kind", ["krbPrincipalName", "homeDirectory", "1.3.6.1.4.1.4203.666.1.1"])
def test_values_of_a_kind_whose_comparison_nobody_knows_are_compared_as_they_are(kind: str):
    assert comparable(f"{kind}=Novak,dc=obec") != comparable(f"{kind}=novak,dc=obec")
    assert comparable(f"{kind}=Novak,dc=Obec") == comparable(f"{kind.lower()}=Novak,dc=obec")
