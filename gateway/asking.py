"""How a command asks the running product over its control socket. Loads little, so that the answer comes soon."""

import http.client
import socket
from pathlib import Path

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
    """What came of a reload. Where it was not applied all is as before, and `said` says why, with where and remedy."""

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
    before: str = ""
    """Digest of what was in force, files included."""
    after: str = ""
    seconds: float = 0.0

    @property
    def anything(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.settings or self.policies)


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


def ask_to_reload(path: Path) -> Reloaded:
    """Wait for what comes of it. Raises NotRunning, NotReached."""
    return msgspec.json.decode(ask(path, "/reload"), type=Reloaded)
