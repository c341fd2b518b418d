"""What differs between two configurations, and what of it a running product cannot take in.

Applications are told apart by their id, everything else by the path of the setting.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.doubt import touch
from config.settings import Setting, Settings
from config.settings.setting import fields_of
from config.vocabulary import ApplicationId

AT_THE_NEXT_START = (
    "office.district",
    "public.domain",
    "public.address",
    "public.port",
    "public.advertised_port",
    "public.proxies",
    "public.http_port",
    "public.acme",
    "public.tls.minimum",
    "public.tls.curves",
    "public.tls.protocols",
    "limits",
    "devices.enabled",
    "devices.host",
    "state",
    "directories",
    "sign_in.absolute",
    "facts.refresh",
    "facts.full",
    "streams",
    "fleet",
    "audit",
    "metrics",
    "tunnels.endpoint",
    "tunnels.port",
    "tunnels.interface",
    "tunnels.pool_ipv4",
    "tunnels.pool_ipv6",
    "tunnels.mtu",
)
"""Settings that take effect at the next start; all others at a reload. Sockets and files are held for as long as a
process lives; replicas of directories, and the roles worked out from them, belong to the settings they began with."""


@dataclass(frozen=True, slots=True)
class Changes:
    added: tuple[ApplicationId, ...] = ()
    removed: tuple[ApplicationId, ...] = ()
    changed: tuple[ApplicationId, ...] = ()
    settings: tuple[str, ...] = ()
    """Paths of everything else that differs."""

    @property
    def applications(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def needing_a_start(self) -> list[str]:
        return [path for path in self.settings if any(touch(path, one) for one in AT_THE_NEXT_START)]


def changes(
    before: Settings, after: Settings, contents: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
) -> Changes:
    """`contents`: before and after, what is in files that settings name, by the path of the setting: any text that
    differs when they differ. Those of an application go by `applications.ID`.
    """
    old, new = contents
    other = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    was, now = ({one.id: one for one in each.applications} for each in (before, after))
    others = [*_paths(before, after, ""), *(one for one in other if not one.startswith("applications."))]
    if [name for name in was if name in now] != [name for name in now if name in was]:
        others.append("applications")  # their order is that of the cards on the portal
    return Changes(
        tuple(name for name in now if name not in was),
        tuple(name for name in was if name not in now),
        tuple(name for name in now if name in was and (was[name] != now[name] or _of(name) in other)),
        tuple(dict.fromkeys(others)),
    )


def _of(application: ApplicationId) -> str:
    return f"applications.{application}"


def _paths(before: Any, after: Any, at: str) -> Iterator[str]:
    if at == "applications" or before == after:
        return
    if isinstance(before, Setting) and type(before) is type(after):
        for one in fields_of(type(before)):
            path = f"{at}.{one.name}".lstrip(".")
            yield from _paths(getattr(before, one.name), getattr(after, one.name), path)
        return
    yield at
