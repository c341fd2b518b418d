"""What is wrong with personnel systems, and with the application by which they push, beyond types."""

from collections.abc import Iterator

from config.doubt import Finding
from config.settings import SCIM, Application, Settings


def answered_by_us(application: Application) -> bool:
    """Whether the gateway itself is behind it."""
    return SCIM in application.upstreams


def personnel_findings(settings: Settings) -> Iterator[Finding]:
    ours = [number for number, one in enumerate(settings.applications) if answered_by_us(one)]
    for number in ours:
        yield from _application(settings.applications[number], f"applications[{number}]")
    for number in ours[1:]:
        yield f"applications[{number}].upstreams", f"another application has {SCIM!r}", "let one have it"
    accounts, directories = (
        {one.id for one in settings.technical_accounts},
        {one.name for one in settings.directories},
    )
    taken: set[str] = set()
    for number, one in enumerate(settings.personnel):
        at = f"personnel[{number}]"
        if one.account not in accounts:
            yield (
                f"{at}.account",
                f"there is no technical account {one.account!r}",
                "name one of [[technical_accounts]]",
            )
        if one.account in taken:
            yield (
                f"{at}.account",
                f"{one.account!r} stands there twice",
                "give each personnel system an account",
            )
        if one.directory not in directories:
            yield f"{at}.directory", f"there is no directory {one.directory!r}", "name one of [[directories]]"
        taken.add(one.account)
    if settings.personnel and not ours:
        yield (
            "personnel",
            "nothing answers what personnel systems push",
            f'add an application with `upstreams = ["{SCIM}"]` and `technical = true`',
        )


def _application(application: Application, at: str) -> Iterator[Finding]:
    if application.upstreams != [SCIM]:
        yield f"{at}.upstreams", f"{SCIM!r} is the gateway itself, and stands alone", "take the others out"
    if not application.technical:
        yield f"{at}.technical", "personnel systems are technical accounts", "add `technical = true`"
    if application.path != "/":
        yield f"{at}.path", "the gateway answers at `/scim/v2` of a host of its own", "take `path` out"
    if application.protocol != "http1" or application.tls is not None or application.health is not None:
        yield at, "the gateway needs no `protocol`, `tls` or `health` to reach itself", "take them out"
    if application.identity.way != "assertion":
        yield f"{at}.identity", "the gateway reads the assertion", "take `identity` out"
    for index, route in enumerate(application.routes):
        if route.public or route.websocket or route.webdav or route.streaming:
            yield (
                f"{at}.routes[{index}]",
                "what personnel systems push is neither public nor a stream",
                "let the route have `methods` and `action` alone",
            )
