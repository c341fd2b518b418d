"""What a node and a control plane tell each other: JSON over HTTP, on a connection whose ends have proved who they are.

Nodes of a version and of the one before it speak with each other (decision 77): a field is never renamed or taken away,
a new one has a default, and what is not known is not looked at.

Nobody says in a message who he is: that is what his certificate says.
"""

from datetime import datetime
from typing import Any

import msgspec

from gateway.audit.entry import Entry
from gateway.audit.spool import Place


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a gate must know. `version`: a digest of the rest, so that control planes that know the same agree."""

    version: str
    revoked: list[str]
    epoch: str
    keys: dict[str, Any]
    """JWK sets of the public keys that sign grants (`grants`) and access tokens of technical accounts (`tokens`)."""
    left: list[str]
    """Names of nodes that are no longer believed."""
    marks: dict[str, str] | None = None
    """By which settings of each application it is decided (`config.marks`); None: a version that does not say."""


class Had(msgspec.Struct, frozen=True, kw_only=True):
    """The question for it: `version` is what the node's Envoy goes by now; empty: nothing yet. `applications`: digest
    of the applications in the node's own file, which ought to be those by which it is decided. `release` and `lacks`:
    as in `known_nodes.Heard`.
    """

    version: str = ""
    applications: str = ""
    release: str = ""
    lacks: tuple[str, ...] = ()
    answered: int | None = None
    """Requests of people that its Envoy has answered since it started; None: not known."""
    carried: int | None = None
    """Lines of its access log that its process has brought to the log since it started; None: a version that does not
    say.
    """


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """How far a node's access log is taken over."""

    places: dict[str, Place]


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """Entries, and the place that moves in the transaction that records them (`gateway.audit.ingest`)."""

    before: Place
    after: Place | None
    entries: list[Entry]
    seen: dict[str, datetime] = {}
    apart: bool = False
    """The place is no file's: it marks an entry that is recorded once."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Entries without a place: of requests that a killed Envoy had let in, which the log itself knows by their ids."""

    entries: list[Entry]


class Ids(msgspec.Struct, frozen=True, kw_only=True):
    """Request ids: asked about, or which of them have their entry."""

    ids: list[str]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """For a certificate. `code`: of whoever is no node yet, base64url; `node`, `role`: what that machine is set up as,
    which gives it no right: the code says for whom it is.
    """

    request: str
    code: str = ""
    node: str = ""
    role: str = ""


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    certificate: str
    authority: str = ""
    node: str = ""
    role: str = ""
