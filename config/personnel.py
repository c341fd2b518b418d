"""What is wrong with personnel systems, and with the application by which they push, beyond types."""

from collections.abc import Iterator

from config.doubt import Finding
from config.settings import SCIM, Application, Directory, Personnel, Settings, TechnicalAccount
from config.vocabulary import WATCHING


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
        {one.id: one for one in settings.technical_accounts},
        {one.name: one for one in settings.directories},
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
        yield from _roles(one, accounts.get(one.account), directories.get(one.directory), at)
    if settings.personnel and not ours:
        yield (
            "personnel",
            "nothing answers what personnel systems push",
            f'add an application with `upstreams = ["{SCIM}"]` and `technical = true`',
        )


def _roles(
    one: Personnel, account: TechnicalAccount | None, directory: Directory | None, at: str
) -> Iterator[Finding]:
    speaks_of = {held.municipality for held in account.roles} if account is not None else set()
    seen = set()
    for index, given in enumerate(one.roles):
        here = f"{at}.roles[{index}]"
        if given.role in WATCHING:
            yield (
                f"{here}.role",
                f"{given.role.value!r} administers, or watches over others",
                "give it in the directory; a personnel system gives none of these",
            )
        if given.municipality not in speaks_of:
            yield (
                f"{here}.municipality",
                f"{one.account!r} has no role in {given.municipality}",
                "name one of the municipalities in which the technical account has a role",
            )
        if directory is not None and given.municipality not in (
            directory.municipalities or [given.municipality]
        ):
            yield (
                f"{here}.municipality",
                f"{one.directory!r} gives no roles in {given.municipality}",
                "name one of the directory's `municipalities`",
            )
        rule = given.value.casefold(), given.role, given.municipality
        if rule in seen:
            yield here, "stands there twice", "take one out"
        seen.add(rule)


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
