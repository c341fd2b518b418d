"""What the libraries of the control plane would load and it never uses, left out before they are imported.

It saves memory for as long as the process lives: some 12 MiB in all, 4 of them docstrings.
"""

import importlib
import mimetypes
import os
import sys
from types import ModuleType

from gateway.commands import docstrings

WITHOUT = (
    "rich",  # structlog: coloured tracebacks (4 MiB); our log is JSON
    "greenlet",  # structlog: green threads (1 MiB)
    "pytz",  # babel: time zones; Python has its own
    "bz2",  # shutil: archives
    "lzma",
)
"""A library asks whether there is one, and goes on without."""

NAMED = (
    "aiohttp.tracing",  # aiohttp: hooks into requests of a client, which nothing of ours sets
    "argparse",  # aiohttp: a command line of its own
    "attr.validators",  # attr: checks of values, which nothing that aiohttp makes with it has
    "cedarpy.pst",  # policies as trees of typed nodes; we read Cedar's JSON
    "cryptography.hazmat.primitives.serialization.ssh",
    "html.entities",  # html: the way back from `&name;`
    "http.server",  # prometheus_client: a server of its own, and pushing to a gateway
    "importlib.metadata",  # sqlalchemy: dialects that others install; we ask for those that it brings
    "ldap.extop.dds",  # entries that pass away by themselves (RFC 2589), with all of LDAP's ASN.1
    "msgspec.inspect",  # types described, for schemas that nobody asks for
    "netrc",  # aiohttp: passwords in files of the home folder, which nothing of ours asks for
    "pprint",  # ldap: a trace of all calls
    "socketserver",
    "sqlalchemy.dialects.sqlite.aiosqlite",  # sqlalchemy: another driver, with all of its own for asyncio
    "structlog.dev",  # coloured lines
    "urllib.request",  # aiohttp: proxies of the environment, which nothing of ours goes through
    "wsgiref.simple_server",
    "zipfile",  # importlib: packages within archives
)
"""A library mentions their names, and does nothing with them before it is asked to."""


class LeftOut(ModuleType):
    """Has every name that a library asks it for, and nothing behind it."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        found = type(name, (), {"__init__": lambda *_, **__: None, "__module__": self.__name__})
        setattr(self, name, found)
        return found


def leave_out() -> None:
    """To be called before anything else is imported, and `let_in` when all that lives on has been."""
    sys.modules |= dict.fromkeys(name for name in WITHOUT if name not in sys.modules)  # type: ignore[arg-type]
    sys.modules |= {name: LeftOut(name) for name in NAMED if name not in sys.modules}
    docstrings.leave_out()
    mimetypes.knownfiles.clear()  # a thousand types of the machine's; those of our files Python knows
    _without_the_authorities_of_the_machine("aiohttp")


def let_in() -> None:
    """Who is imported from now on finds them: what migrates a database, say, uses what others only mention."""
    docstrings.let_in()
    for name in WITHOUT:
        if name in sys.modules and sys.modules[name] is None:
            del sys.modules[name]
    for name in NAMED:
        if type(sys.modules.get(name)) is LeftOut:
            del sys.modules[name]


def _without_the_authorities_of_the_machine(name: str) -> None:
    """It reads them all when imported (2 MiB), for connections that name no authority: we make none."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = os.devnull
    try:
        importlib.import_module(name)
    finally:
        del os.environ["SSL_CERT_FILE"]
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before
