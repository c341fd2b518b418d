"""How a command asks the running product over its control socket. Loads little, so that the answer comes soon."""

import http.client
import socket
from pathlib import Path
from typing import Any

import msgspec


class NotRunning(Exception):
    """No control plane listens on the control socket of this state directory."""

    def __init__(self, socket: Path) -> None:
        super().__init__(
            f"nothing listens on {socket}: the product does not run; start it with `brana serve`"
        )


class NotReached(Exception):
    """The product runs, but what it was asked for had no answer."""

    def __init__(self, socket: Path, cause: str) -> None:
        super().__init__(
            f"the running product did not answer (on {socket}: {cause})\n"
            "    look at the operators' log, which says what became of it, and ask once more"
        )


class Reloaded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a reload. Where it was not applied all is as before, and `said` says why, with where and remedy;
    else what there is to say beside the rest.
    """

    applied: bool
    reason: str = ""
    said: str = ""
    added: list[str] = []
    """Applications; so are the next two."""
    removed: list[str] = []
    changed: list[str] = []
    settings: list[str] = []
    """Paths of what else changed."""
    policies: str = ""
    """Their version, where it is another."""
    closed: list[str] = []
    """Municipalities that have no policies any more."""
    before: str = ""
    """Digest of what was in force, files included."""
    after: str = ""
    seconds: float = 0.0
    not_proposed: list[str] = []
    """Scopes whose edited policies could not be proposed, where files are proposed; `said` says why."""

    @property
    def anything(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.settings or self.policies)


class TriedOut(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is thought of: nobody makes it."""

    application: str
    person: str
    """Login, or identifier."""
    method: str = "GET"
    path: str = ""
    """Empty: the application's start page."""
    municipality: str = ""
    """For which the person acts; empty: as a new sign-in would have it."""
    host: str = ""
    """Empty: the application's, of that municipality where it has one for each."""
    websocket: bool = False
    level: str = "two-factors"
    """Of the sign-in: how an `AuthenticationLevel` ends."""
    address: str = ""
    """Where the person is; empty: nowhere that a policy knows."""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What would come of it. `trouble`: why it cannot be said; all else is empty then."""

    trouble: str = ""
    url: str = ""
    verdict: str = ""
    """`granted`, `refused`, `sign_in_needed`, `public`, `ours`, or `answered` by Envoy itself."""
    status: int = 0
    reason: str = ""
    title: str = ""
    advice: str = ""
    rule: str = ""
    policy_version: str = ""
    route: str = ""
    application: str = ""
    """By the route, which may be another one's."""
    action: str = ""
    named: str = ""
    """Name of the route, where it has one."""
    municipality: str = ""
    acts_for: str = ""
    login: str = ""
    roles: list[str] = []
    """`municipality:role`, all that the person holds."""
    level: str = ""
    assertion: dict[str, Any] = {}
    """Claims that the application would be told, where it reads the assertion."""
    headers: dict[str, str] = {}
    """Names and values, where it is told in plain headers; of an account the name alone."""


class _Connection(http.client.HTTPConnection):
    """Over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("control")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


def ask(path: Path, target: str, said: bytes = b"") -> bytes:
    """What the product answers to a POST; however long it takes. Raises NotRunning, NotReached."""
    connection = _Connection(path)
    try:
        try:
            connection.connect()
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NotRunning(path) from error
        connection.request("POST", target, said)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise NotReached(path, f"it answered {answer.status}: {body.decode('utf-8', 'replace')}")
        return body
    except (OSError, http.client.HTTPException) as error:
        raise NotReached(path, str(error) or type(error).__name__) from error
    finally:
        connection.close()


def try_out(path: Path, about: TriedOut) -> Finding:
    """Raises NotRunning, NotReached."""
    return msgspec.json.decode(ask(path, "/try", msgspec.json.encode(about)), type=Finding)


def ask_to_reload(path: Path) -> Reloaded:
    """Wait for what comes of it. Raises NotRunning, NotReached."""
    return msgspec.json.decode(ask(path, "/reload"), type=Reloaded)
