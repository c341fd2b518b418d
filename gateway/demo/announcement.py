"""What a visitor of the demo is told: every address, account, password and one-time-code secret."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from config.district import District
from config.vocabulary import Language
from gateway.demo import ldif
from gateway.demo.start import plan
from gateway.demo.world import Account, World


def described(
    world: World,
    district: District,
    addresses: Mapping[str, str],
    configuration: Path,
    enrolment_codes: Mapping[str, str],
) -> dict[str, Any]:
    """The content of `world.json`; `addresses`: name → `https://…`; `enrolment_codes`: login → single-use code."""
    return {
        "addresses": dict(addresses),
        "authority": str(world.authority),
        "configuration": str(configuration),
        "accounts": [_account(one, district, enrolment_codes.get(one.login)) for one in world.accounts],
        "directory": {
            "reader": {
                "dn": ldif.READER,
                "password": world.directory_password_file.read_text("utf-8").strip(),
            },
            "root": {"dn": plan(world).root, "password": world.directory_root_password},
            "root of the municipality's own": {
                "dn": plan(world, ldif.VILLAGE).root,
                "password": world.directory_root_password,
            },
        },
    }


def announce(content: Mapping[str, Any], console: Console) -> None:
    """What a first visit needs: who is to be tried, and where; the rest is `announce_everything`."""
    _, few = _sorted_addresses(content)
    featured = Table("who", *_secrets(), title="Try these", box=None)
    for account in content["accounts"]:
        if account["note"]["en"]:
            login, password, secret, _ = _row(account)
            featured.add_row(f"{account['name']}: {account['note']['en']}", login, password, secret)
    console.print(featured)
    console.print(_addresses("Addresses", few | {"test authority": content["authority"]}))
    console.print("Everybody, every address and the directory's own accounts: brana demo --everything")
    console.print(
        f"Commands such as brana policy need to know its configuration: --config {content['configuration']}",
        soft_wrap=True,
    )


def announce_everything(content: Mapping[str, Any], console: Console) -> None:
    """All that `world.json` has: what is long comes first, as a reader looks at the end."""
    many, _ = _sorted_addresses(content)
    everybody = Table(*_secrets(), "roles", title="Everybody", box=None)
    for account in content["accounts"]:
        everybody.add_row(*_row(account))
    console.print(everybody)
    console.print(_addresses("Every municipality's own addresses", many))
    bind = Table("dn", Column("password", overflow="fold"), title="The directory's own accounts", box=None)
    for account in content["directory"].values():
        bind.add_row(account["dn"], account["password"])
    console.print(bind)
    announce(content, console)


def _secrets() -> list[Column]:
    """New ones for each table: a column holds its cells."""
    return [Column(name, overflow="fold") for name in ("login", "password", "one-time-code secret")]


def _sorted_addresses(content: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Addresses that each municipality has of its own, and all others with one of those as an example."""
    somebody = next(account for account in content["accounts"] if account["note"]["en"])
    example = somebody["roles"][0]["municipality_name"]
    addresses: dict[str, str] = content["addresses"]
    many = {name: address for name, address in addresses.items() if " " in name}
    few = {
        name: address
        for name, address in addresses.items()
        if " " not in name or name.partition(" ")[2] == example
    }
    return many, few


def _addresses(title: str, addresses: Mapping[str, str]) -> Table:
    table = Table("name", Column("address", overflow="fold"), show_header=False, title=title, box=None)
    for name, address in addresses.items():
        table.add_row(name, address)
    return table


def _account(account: Account, district: District, enrolment_code: str | None) -> dict[str, Any]:
    return {
        "login": account.login,
        "name": account.name,
        "subject": account.subject,
        "password": account.password,
        "totp_secret": account.totp_secret,
        "enrolment_code": enrolment_code,
        "disabled": account.disabled,
        "must_change": account.must_change,
        "roles": [
            {
                "municipality": held.municipality,
                "municipality_name": district.name(held.municipality),
                "role": held.role,
                "role_cs": held.role.title_in(Language.CZECH),
                "role_en": held.role.title_in(Language.ENGLISH),
            }
            for held in account.roles
        ],
        "note": {"cs": account.note_cs, "en": account.note_en},
    }


def _row(account: Mapping[str, Any]) -> tuple[str, str, str, str]:
    roles = ", ".join(f"{held['role_en']} in {held['municipality_name']}" for held in account["roles"])
    code = account["enrolment_code"]
    secret = account["totp_secret"] or (f"enrols with code {code}" if code else "enrolled already")
    return account["login"], account["password"], secret, roles
