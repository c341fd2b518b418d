"""What cannot be listened on, and what browsers and authorities would not take: settings below `public`."""

from collections.abc import Iterator
from datetime import timedelta

from config.doubt import Finding
from config.settings import Settings
from config.upstreams import is_address

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared only
PRELOAD_LEAST = timedelta(days=365)  # what the browsers' list asks for


def listening_findings(settings: Settings) -> Iterator[Finding]:
    public, metrics = settings.public, settings.metrics
    sound = True
    for at, address in (("public.address", public.address), ("metrics.address", metrics.address)):
        if not is_address(address):
            sound = False
            yield at, f"{address!r} is not an IP address", "write for example `127.0.0.1`; a name will not do"
    shared = public.address == metrics.address or EVERYWHERE & {public.address, metrics.address}
    if sound and public.port == metrics.port and shared:
        yield (
            "metrics.port",
            f"{metrics.port} is public.port already, on the same address",
            "give the measurements a port of their own",
        )
    if public.http_port is not None and public.http_port in {
        public.port,
        *([metrics.port] if shared else []),
    }:
        yield (
            "public.http_port",
            f"{public.http_port} is the port of something else already",
            "give plain HTTP a port of its own, usually 80",
        )
    yield from _acme(settings)
    yield from _promises(settings)


def _acme(settings: Settings) -> Iterator[Finding]:
    public = settings.public
    if public.acme is not None and public.http_port is None:
        yield (
            "public.acme",
            "an authority asks over plain HTTP, which is not listened for",
            "set public.http_port",
        )
    if public.acme is not None and not public.acme.is_dir():
        yield (
            "public.acme",
            f"{public.acme} is not a folder",
            "make it, readable for the user that runs Brána",
        )


def _promises(settings: Settings) -> Iterator[Finding]:
    """A browser's built-in list is left slowly: nothing goes onto it by half (hstspreload.org)."""
    hsts = settings.public.hsts
    if hsts.preload and not (hsts.include_subdomains and hsts.max_age >= PRELOAD_LEAST):
        yield (
            "public.hsts.preload",
            "the list of browsers takes only domains that include their subdomains, for a year at least",
            "set include_subdomains = true and max_age to 365 days or more, or leave preload out",
        )
    for name in ("curves", "protocols"):
        values = getattr(settings.public.tls, name)
        if len(set(values)) < len(values):
            yield (
                f"public.tls.{name}",
                "something stands there twice",
                "write each once, the most wanted first",
            )
