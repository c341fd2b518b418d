"""Whose purses a guess is paid from.

Laws: an account that the directory has resolved is charged by its subject before its password is tried. Strangers
share one purse of an account, and one of each name in all its spellings, whether or not anybody has it: when a name has
no guess left does not depend on that. A browser the person has signed in with has its own, which strangers cannot
empty under any spelling, and all of these together have a bound too. The directory's own lock-out is one budget over
all of them, of which strangers get a part: of 2 guesses and more, they never have the last one, however long they go
on.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from config.networks import Address, narrowest, parsed
from config.settings import OfficeNetwork
from config.vocabulary import SubjectId
from idp.directory.lockout import Lockout
from idp.directory.realms import Realms
from idp.login.handle import HandleHash
from idp.login.throttle import BucketKey, Limit, Purse, Scope

IPV6_HOLDER = 64  # bits: one household or office holds a whole /64 (RFC 6177 §2)
BROWSERS_TOGETHER = 2  # times the limit of an account, over all browsers the person has signed in with
STRANGERS_LEAVE = 3  # one of so many guesses that may reach the directory is kept for known browsers
UNDER_WAY = timedelta(minutes=1)
"""A password that is tried is answered by then; the directory dates it so much later than we, at most."""


class Kind(StrEnum):
    """What is guessed. Each has guesses of its own: only passwords reach the directory."""

    PASSWORD = "password"
    CODE = "code"


class GuessLimits(Protocol):
    """What this file needs of `config.settings.SignIn`."""

    @property
    def attempts(self) -> int: ...
    @property
    def attempts_window(self) -> timedelta: ...
    @property
    def attempts_per_address(self) -> int: ...
    @property
    def attempts_per_network(self) -> int: ...
    @property
    def network_prefix_ipv4(self) -> int: ...
    @property
    def network_prefix_ipv6(self) -> int: ...
    @property
    def networks(self) -> Sequence[OfficeNetwork]: ...


class CrowdLimits(GuessLimits, Protocol):
    """The same of how many sign-ins may be under way."""

    @property
    def sign_ins_per_network(self) -> int: ...


def of_account(
    who: SubjectId | str, browser: HandleHash | None, kind: Kind, limits: GuessLimits
) -> tuple[Purse, ...]:
    """`who`: the person, or a name that may be somebody's (`login_keys`).

    `browser`: only one that the person is known to have signed in with.
    """
    limit = Limit(limits.attempts, limits.attempts_window)
    if browser is None:
        return (Purse(_key(kind, "strangers", who), Scope.ACCOUNT, limit),)
    together = Limit(limits.attempts * BROWSERS_TOGETHER, limits.attempts_window)
    return (
        Purse(_key(kind, f"browser:{browser.hex()}", who), Scope.ACCOUNT, limit),
        Purse(_key(kind, "browsers", who), Scope.ACCOUNT, together),
    )


def of_place(address: str, limits: GuessLimits) -> tuple[Purse, ...]:
    """The address, and the network around it; an office may have set limits of its own for its networks."""
    window, here = limits.attempts_window, parsed(address)
    named = _named(here, limits)
    per_address, per_network = limits.attempts_per_address, limits.attempts_per_network
    network = _network_key(_around_address(here, limits))
    if named is not None:
        written, own = named
        per_address, per_network = own.attempts_per_address, own.attempts_per_network
        network = _network_key(written)
    return (
        Purse(address_key(address), Scope.ADDRESS, Limit(per_address, window)),
        Purse(network, Scope.NETWORK, Limit(per_network, window)),
    )


def network_of(address: str, limits: CrowdLimits) -> tuple[BucketKey, int]:
    """The network a sign-in counts with, and how many of it may be under way."""
    here = parsed(address)
    named = _named(here, limits)
    if named is None:
        return _network_key(_around_address(here, limits)), limits.sign_ins_per_network
    written, own = named
    return _network_key(written), own.sign_ins_per_network


def rooms_of_office(limits: CrowdLimits) -> dict[str, int]:
    """How many sign-ins may be under way in the networks that the office names."""
    return {
        _network_key(written): own.sign_ins_per_network for own in limits.networks for written in own.networks
    }


def of_browser(browser: HandleHash, limits: GuessLimits) -> tuple[Purse, ...]:
    """In the place of its address, for a browser somebody is known in, until it is known whom a login means."""
    limit = Limit(limits.attempts_per_address, limits.attempts_window)
    return (Purse(browser_key(browser), Scope.ADDRESS, limit),)


def of_recovery(address: str, limits: GuessLimits) -> tuple[Purse, ...]:
    """Tries of the recovery administrator's secret; what is guessed elsewhere does not count here."""
    here, around = (
        Purse(BucketKey(f"recovery:{purse.key}"), purse.scope, purse.limit)
        for purse in of_place(address, limits)
    )
    fewer = Limit(limits.attempts, limits.attempts_window)
    return replace(here, limit=fewer), replace(around, limit=replace(fewer, guesses=limits.attempts * 4))


def of_device_code(address: str, limits: GuessLimits) -> tuple[Purse, ...]:
    """Tries of codes that enrol devices; what is guessed elsewhere does not count here."""
    return tuple(replace(purse, key=BucketKey(f"device:{purse.key}")) for purse in of_place(address, limits))


def of_program(account: str, address: str, limits: GuessLimits) -> tuple[Purse, ...]:
    """Proofs of a technical account from one address, and everything that is tried from there and around it.

    Not of the account from everywhere: a stranger who knows its name would keep the program itself out, and a secret of
    256 bits needs no such bound.
    """
    name = hashlib.sha256(f"{account}\0{address}".encode("utf-8", "replace")).hexdigest()
    mine = Purse(
        BucketKey(f"program:{name[:48]}"), Scope.ACCOUNT, Limit(limits.attempts, limits.attempts_window)
    )
    return (mine, *of_place(address, limits))


def of_client(client: str, address: str, limits: GuessLimits) -> tuple[Purse, ...]:
    """Proofs of a relying party from one address, and those of all of them from there and around it.

    What people guess from there does not count here: an application's server may stand behind the same address.
    """
    name = hashlib.sha256(f"{client}\0{address}".encode("utf-8", "replace")).hexdigest()
    mine = Purse(
        BucketKey(f"client:{name[:48]}"), Scope.ACCOUNT, Limit(limits.attempts, limits.attempts_window)
    )
    place = (replace(purse, key=BucketKey(f"client:{purse.key}")) for purse in of_place(address, limits))
    return (mine, *place)


def of_user_code(who: SubjectId, address: str, limits: GuessLimits) -> tuple[Purse, ...]:
    """Codes of programs that somebody types who is signed in (RFC 8628 §5.1): of the person, and of their place."""
    mine = Purse(BucketKey(f"user-code:{who}"), Scope.ACCOUNT, Limit(limits.attempts, limits.attempts_window))
    place = (replace(purse, key=BucketKey(f"user-code:{purse.key}")) for purse in of_place(address, limits))
    return (mine, *place)


def of_device_grant(address: str, limits: GuessLimits) -> tuple[Purse, ...]:
    """How many codes programs may ask for from one place."""
    return tuple(
        replace(purse, key=BucketKey(f"device-grant:{purse.key}")) for purse in of_place(address, limits)
    )


def of_recovery_code(account: str, limits: GuessLimits) -> Purse:
    """Guesses of its second factor, from anywhere: only who has the secret can make them."""
    limit = Limit(limits.attempts, limits.attempts_window)
    return Purse(BucketKey(f"recovery:code:{account}"), Scope.ACCOUNT, limit)


def of_directory(who: SubjectId | str, lockout: Lockout, *, known: bool) -> tuple[Purse, ...]:
    """What may reach the directory of one account, strictly below what would lock it there."""
    if not lockout.attempts:
        return ()
    most = max(1, lockout.attempts - 1)
    strangers = max(1, most - max(1, most // STRANGERS_LEAVE))
    window = lockout.window + UNDER_WAY
    whole = Purse(
        _key(Kind.PASSWORD, "directory", who), Scope.DIRECTORY, Limit(most, window, until_quiet=True)
    )
    if known:
        return (whole,)
    part = Limit(strangers, window, until_quiet=True)
    key = _key(Kind.PASSWORD, "directory-strangers", who)
    return (Purse(key, Scope.DIRECTORY, part, part_of=whole), whole)


def address_key(address: str) -> BucketKey:
    """One purse for an IPv4 address or an IPv6 /64; all unreadable addresses share one."""
    here = parsed(address)
    if isinstance(here, ipaddress.IPv6Address):
        return BucketKey(f"address:{_network(here, IPV6_HOLDER)}")
    return BucketKey(f"address:{here or 'unknown'}")


def browser_key(browser: HandleHash) -> BucketKey:
    """For what is counted of a known browser, whoever uses it."""
    return BucketKey(f"browser:{browser.hex()[:48]}")


def login_keys(login: str, realms: Realms) -> tuple[BucketKey, ...]:
    """What strangers guess is counted by, whoever it means: one for each directory it may mean somebody of.

    Hashed, as people type passwords into the wrong field.
    """
    return tuple(
        BucketKey("login:" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest())
        for name in realms.names(login)
    )


def _key(kind: Kind, part: str, who: str) -> BucketKey:
    return BucketKey(f"{kind}:{part}:{who}")


def _network_key(network: str) -> BucketKey:
    return BucketKey(f"network:{network}")


def _around_address(here: Address | None, limits: GuessLimits) -> str:
    if here is None:
        return "unknown"
    return _network(here, limits.network_prefix_ipv4 if here.version == 4 else limits.network_prefix_ipv6)


def _network(here: Address, prefix: int) -> str:
    return str(ipaddress.ip_network((here, prefix), strict=False))


def _named(here: Address | None, limits: GuessLimits) -> tuple[str, OfficeNetwork] | None:
    """The narrowest network of the office that the address is in."""
    return narrowest(
        (
            (ipaddress.ip_network(written), (written, own))
            for own in limits.networks
            for written in own.networks
        ),
        here,
    )
