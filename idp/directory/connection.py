"""One connection to one server: encrypted, verified, bounded in time. Blocks; used in the pool's threads."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import ldap
from ldap.controls.libldap import SimplePagedResultsControl
from ldap.controls.ppolicy import PasswordPolicyControl

from idp.directory.bind import Bind, bind_reason, facts_of, ppolicy_reason
from idp.directory.diagnosis import diagnose
from idp.directory.entries import Entry, entry
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable, RefusalReason
from idp.directory.filters import Filter

SUBTREE = ldap.SCOPE_SUBTREE
BASE = ldap.SCOPE_BASE


class ConnectionLost(Exception):
    """The connection is of no more use; another one may be. `slow`: the server took its time-out."""

    def __init__(self, url: str, cause: str, *, slow: bool) -> None:
        super().__init__(cause)
        self.url = url
        self.cause = cause
        self.slow = slow


class ChangeLost(Exception):
    """A change was sent, and no answer to it came: nobody knows whether it was done."""


@dataclass(frozen=True, slots=True)
class Access:
    """How servers are reached: whose certificates are believed, and how long each step may take."""

    authority: Path
    connect_timeout: timedelta
    operation_timeout: timedelta


SILENT = (ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.TIMEOUT, ldap.DECODING_ERROR)
"""No answer, or none that can be read; the others of LOST are a server's own words."""
LOST = (ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.TIMEOUT, ldap.UNAVAILABLE, ldap.BUSY, ldap.PROTOCOL_ERROR)

# what a server may say to a search of ours, and what somebody should do about it
HINTS: dict[type[ldap.LDAPError], str] = {
    ldap.NO_SUCH_OBJECT: "no such entry, or not for the service account; check people_base and groups_base",
    ldap.INSUFFICIENT_ACCESS: "give the service account read access",
    ldap.SIZELIMIT_EXCEEDED: "the answer was cut short; raise the size limit of the service account",
    ldap.TIMELIMIT_EXCEEDED: "the answer was cut short; add an index or raise the time limit",
    ldap.ADMINLIMIT_EXCEEDED: "the answer was cut short; raise the limits of the service account",
    ldap.FILTER_ERROR: "check people_filter",
    ldap.INVALID_DN_SYNTAX: "check bind_dn, people_base and groups_base",
    ldap.INVALID_CREDENTIALS: "the service account is refused; check bind_dn and bind_password_file",
    ldap.STRONG_AUTH_REQUIRED: "the server wants encryption; use ldaps:// or a server with StartTLS",
    ldap.CONFIDENTIALITY_REQUIRED: "the server wants encryption; use ldaps:// or a server with StartTLS",
}


class Connection:
    """An open, encrypted connection. Raises ConnectionLost or DirectoryMisconfigured; `write` others."""

    def __init__(self, url: str, access: Access) -> None:
        self.url = url
        self._timeout = access.operation_timeout.total_seconds()
        if not access.authority.is_file():
            raise DirectoryMisconfigured(
                str(access.authority), "no such file; put the certificate of the directory's authority there"
            )
        self._ldap: Any = ldap.initialize(url)
        self._closed = False
        self._set_up(access)
        if url.startswith("ldap://"):
            self._start_tls(access)

    def _set_up(self, access: Access) -> None:
        options: dict[int, object] = {
            ldap.OPT_PROTOCOL_VERSION: ldap.VERSION3,
            ldap.OPT_REFERRALS: 0,
            ldap.OPT_NETWORK_TIMEOUT: access.connect_timeout.total_seconds(),
            ldap.OPT_TIMEOUT: self._timeout,
            # without it libldap 2.5 waits for ever in the TLS handshake of a server that says nothing
            ldap.OPT_CONNECT_ASYNC: 1,
            ldap.OPT_X_TLS_REQUIRE_CERT: ldap.OPT_X_TLS_DEMAND,
            ldap.OPT_X_TLS_PROTOCOL_MIN: ldap.OPT_X_TLS_PROTOCOL_TLS1_2,
            ldap.OPT_X_TLS_CACERTFILE: str(access.authority),
            ldap.OPT_X_TLS_NEWCTX: 0,  # last: what is set after it has no effect
        }
        try:
            for option, value in options.items():
                self._ldap.set_option(option, value)
        except ValueError as error:  # libldap's word for an authority file it cannot read
            hint = "not a PEM certificate; put the certificate of the directory's authority there"
            raise DirectoryMisconfigured(str(access.authority), hint) from error

    def _start_tls(self, access: Access) -> None:
        try:
            self._ldap.start_tls_s()
        except ldap.LDAPError as error:
            self.close()
            raise self._could_not_open(error, access) from error

    def log_in(self, dn: str, password: str, access: Access) -> None:
        """Bind the service account; what is said first on ldaps://, so it also finds trouble with TLS."""
        if not dn or not password:
            raise DirectoryMisconfigured(
                "service account", "set bind_dn and a password in bind_password_file"
            )
        try:
            self._bind(dn, password)
        except LOST as error:
            self.close()
            raise self._could_not_open(error, access) from error
        except ldap.LDAPError as error:
            self.close()
            raise self._misconfigured(f"bind as {dn} at {self.url}", error) from error

    def bind_person(self, dn: str, password: str, access: Access) -> Bind:
        """What the directory says to that password; else an error."""
        if not dn or not password:  # an anonymous bind succeeds and proves nothing (RFC 4513 §5.1.2)
            return Bind(RefusalReason.EMPTY_PASSWORD, bound=False)
        try:
            controls = self._bind(dn, password)
        except (ldap.INVALID_CREDENTIALS, ldap.NO_SUCH_OBJECT, ldap.INAPPROPRIATE_AUTH) as error:
            return Bind(bind_reason(error), bound=False)
        except LOST as error:
            raise self._could_not_open(error, access) from error
        except ldap.LDAPError as error:
            raise self._misconfigured(f"bind of a person at {self.url}", error) from error
        return Bind(ppolicy_reason(controls), bound=True)

    def write(self, send: Callable[[Any], int]) -> None:
        """Send one change and wait until it is done. Raises ldap.LDAPError, the server's no, and ChangeLost."""
        try:
            self._ldap.result3(send(self._ldap), all=1, timeout=self._timeout)
        except SILENT as error:
            raise ChangeLost(words(error)) from error

    def _bind(self, dn: str, password: str) -> list[Any]:
        number = self._ldap.simple_bind(dn, password, [PasswordPolicyControl(criticality=False)])
        kind, _, _, controls = self._ldap.result3(number, all=1, timeout=self._timeout)
        if kind != ldap.RES_BIND:
            raise ConnectionLost(self.url, "the answer to a bind was something else", slow=False)
        return list(controls)

    def search(
        self,
        base: str,
        scope: int,
        where: Filter,
        attributes: Sequence[str],
        page: int,
        controls: Sequence[Any] = (),
    ) -> Iterator[tuple[list[Entry], list[str]]]:
        """Pages of entries, and of referrals not followed; raises unless the server said "complete".

        `controls`: more of python-ldap's request controls.
        """
        control = SimplePagedResultsControl(criticality=True, size=page, cookie="")
        while True:
            try:
                number = self._ldap.search_ext(
                    base, scope, where, list(attributes), serverctrls=[control, *controls]
                )
                kind, found, _, told = self._ldap.result3(number, all=1, timeout=self._timeout)
            except ldap.LDAPError as error:
                raise self.failure(f"search below {base} at {self.url}", error) from error
            if kind != ldap.RES_SEARCH_RESULT:
                raise ConnectionLost(self.url, "a search ended without its result", slow=False)
            yield _sorted_out(found)
            cookie = next((each.cookie for each in told if each.controlType == control.controlType), b"")
            if not cookie:
                return
            control.cookie = cookie

    @property
    def raw(self) -> Any:
        """python-ldap's own connection, for operations of another kind; `failure` says what their errors mean."""
        return self._ldap

    @property
    def timeout(self) -> float:
        """Seconds that one answer may take."""
        return self._timeout

    def failure(self, what: str, error: ldap.LDAPError) -> DirectoryUnusable | ConnectionLost:
        if isinstance(error, LOST):
            return ConnectionLost(self.url, words(error), slow=isinstance(error, ldap.TIMEOUT))
        return self._misconfigured(what, error)

    def close(self) -> None:
        """Once or more often."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(ldap.LDAPError):  # it may have been closed from the other side
            self._ldap.unbind_ext_s()

    def _could_not_open(self, error: ldap.LDAPError, access: Access) -> DirectoryUnusable | ConnectionLost:
        found = diagnose(self.url, access.authority, access.connect_timeout.total_seconds())
        if isinstance(found, DirectoryMisconfigured):
            return found
        slow = isinstance(error, ldap.TIMEOUT)
        return ConnectionLost(self.url, found or words(error), slow=slow)

    @staticmethod
    def _misconfigured(what: str, error: ldap.LDAPError) -> DirectoryMisconfigured:
        return DirectoryMisconfigured(what, HINTS.get(type(error)) or words(error))


def _sorted_out(found: Sequence[Any]) -> tuple[list[Entry], list[str]]:
    entries = [entry(dn, attributes) for dn, attributes in (each[:2] for each in found) if dn is not None]
    referrals = [str(url) for dn, urls in (each[:2] for each in found) if dn is None for url in urls]
    return entries, referrals


LONGEST_WORDS = 500  # characters of what a server says


def words(error: ldap.LDAPError) -> str:
    """What libldap and the server say of it, on one line that moves no operator's cursor."""
    facts = facts_of(error)
    said = " ".join(str(facts[key]) for key in ("desc", "info") if facts.get(key)) or type(error).__name__
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in said[:LONGEST_WORDS]
    )
