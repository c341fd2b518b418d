"""An office on Active Directory with one person of every kind."""

from collections.abc import Iterator
from pathlib import Path

import ldap
import pytest

from tests.rig.samba import GROUPS, PEOPLE, Administrator, Domain, account, samba
from tests.rig.samba_surgery import age_password
from tests.rig.samba_tree import BASE, made_once

PASSWORD = "Správné heslo na zkoušku 1"
HULIN, KROMERIZ = "588491", "588296"
ZANETA = f"CN=Nováková\\, Žaneta (OÚ \\#1),{PEOPLE}"
OVER_SINCE_2016 = 131_000_000_000_000_000  # 100 ns since 1601
NORMAL, DISABLED, PASSWORD_NEVER_EXPIRES = 0x200, 0x202, 0x10200


def dn(login: str) -> str:
    return f"CN={login},{PEOPLE}"


STATES: dict[str, dict[str, object]] = {
    "starosta": {},
    "bez.role": {},
    "z.oddeleni": {},
    "vypnuta": {"userAccountControl": DISABLED},
    "prosla": {"accountExpires": OVER_SINCE_2016},
    "nikdy.nula": {"accountExpires": 0},
    "nikdy.nejvic": {"accountExpires": 0x7FFFFFFFFFFFFFFF},
    "zmenit": {"pwdLastSet": 0},
    "nemusi.zmenit": {"pwdLastSet": 0, "userAccountControl": PASSWORD_NEVER_EXPIRES},
    "stare.heslo": {},
    "zamcena": {},
    "mimo.hodiny": {"logonHours": bytes(21)},
}


@pytest.fixture(scope="session")
def office_tree(domain_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the office, without a server."""

    def make(folder: Path) -> None:
        with samba(domain_tree, folder) as controller:
            with controller.as_administrator() as root:
                root.change(BASE, lockoutThreshold=3, minPwdAge=0)
                settle(root)
            age_password(controller.folder, dn("stare.heslo"))
            lock(controller, "zamcena")

    return made_once(tmp_path_factory, "domain-office", make) / "dc"


@pytest.fixture(scope="module")
def domain(office_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    with samba(office_tree, tmp_path_factory.mktemp("domain"), furnished=True) as controller:
        yield controller


def settle(root: Administrator) -> None:
    root.add(ZANETA, **account("novakova.zaneta", PASSWORD, displayName="Žaneta Nováková", mail="zaneta@obec.test",
                               userPrincipalName="zaneta.novakova@obec.test"))  # fmt: skip
    for login, facts in STATES.items():
        root.add(dn(login), **account(login, PASSWORD, displayName=login))
        if facts:
            root.change(dn(login), **facts)
    root.add(f"CN=Kontakt,{PEOPLE}", objectClass="contact", displayName="Kontakt", mail="kontakt@jinde.test")
    for code in (HULIN, KROMERIZ):
        root.add(f"OU={code},{GROUPS}", objectClass="organizationalUnit")
    group(root, "registrar", HULIN, ZANETA)
    staff = group(root, "úřednice + spisovna", HULIN, ZANETA)
    group(root, "clerk", KROMERIZ, staff)
    circle = group(root, "accountant", HULIN, staff)
    root.connection.modify_s(staff, [(ldap.MOD_ADD, "member", circle.encode())])  # each is in the other
    elsewhere = f"CN=oddělení,OU=services,{BASE}"
    root.add(elsewhere, objectClass="group", sAMAccountName="oddeleni", member=dn("z.oddeleni"))
    group(root, "budget_manager", KROMERIZ, elsewhere)
    group(root, "mail_room", HULIN, ZANETA, kind="2")  # a list for mail, not for access
    mayors = group(root, "mayor", HULIN, dn("starosta"))
    group(root, "deputy_mayor", HULIN, mayors)
    primary = int.from_bytes(root.read(mayors, "objectSid")["objectSid"][0][-4:], "little")
    root.change(dn("starosta"), primaryGroupID=primary)


def group(root: Administrator, name: str, code: str, *members: str, kind: str = "-2147483646") -> str:
    """Its name; `kind` is groupType ([MS-ADTS] 2.2.12), usually a global security group."""
    made = f"CN={ldap.dn.escape_dn_chars(name)},OU={code},{GROUPS}"
    root.add(
        made,
        objectClass="group",
        sAMAccountName=f"{name} {code}".replace("+", "a"),
        groupType=kind,
        member=members,
    )
    return made


def lock(domain: Domain, login: str) -> None:
    """By guesses, as it happens."""
    for _ in range(4):
        with pytest.raises(ldap.INVALID_CREDENTIALS), domain.connected(dn(login), "špatné"):
            pass
