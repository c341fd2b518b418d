"""What of an application's settings a decision about it rests on, in a few characters.

Who lets people in and who decides may have read different files. Where the marks of an application differ, neither
can rely on the other. The actions are not in it: the route says which one it asks for, and the grant which it allows.
But where routes have names, all of them are: what a name is good for, the route does not say.
"""

import hashlib

import msgspec

from config.settings import Application, Settings

LENGTH = 12  # hexadecimal digits, 48 bits: told apart, not kept from anybody


def mark_on_routes(settings: Settings, application: Application) -> str:
    """Empty on a machine alone, where one and the same process tells Envoy and decides; but where routes have names an
    open stream says by which of them it began.
    """
    return mark_of(application) if settings.fleet is not None or rows_of(application) else ""


Row = tuple[str | None, str, tuple[str, ...], str | None, bool]


def rows_of(application: Application) -> tuple[Row, ...]:
    """Names, paths, methods and actions of its routes, and which are public; nothing where no route has a name."""
    if all(route.name is None for route in application.routes):
        return ()
    return tuple(
        (route.name, route.path, tuple(route.methods), route.action, route.public)
        for route in application.routes
    )


def mark_of(application: Application) -> str:
    """Of whose it is, how it is told who asks, and whether technical accounts may use it. Where a file lies is each
    machine's own affair.

    Nodes of two versions must agree on it: what a version adds stands in it only where it is not as delivered.
    """
    identity = application.identity
    headers = msgspec.to_builtins(identity.headers) if identity.headers is not None else {}
    said = {
        "municipalities": sorted(application.municipalities),
        "host_for_each": "{municipality}" in application.host,
        "technical": application.technical,
        "way": identity.way,
        "headers": {fact: name for fact, name in headers.items() if name is not None},
        "encoding": identity.encoding,
        "user": identity.user,
    }
    if rows := rows_of(application):
        said["rows"] = [application.path, rows]
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:LENGTH]
