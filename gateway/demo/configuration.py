"""The demo's configuration file, as anybody else would write one: TOML for `config.load`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config.vocabulary import ApplicationId, Role
from gateway.demo import ldif, work
from gateway.demo.people import CENTRE, ON_THEIR_OWN
from gateway.demo.world import World
from idp.directory.subject import directory_of

POLICIES = Path(__file__).parents[2] / "config/examples/policies"

RECORDS, BUDGET, MAP = ApplicationId("records"), ApplicationId("budget"), ApplicationId("map")
HOSTS = {RECORDS: "spisovka-{municipality}", BUDGET: "rozpocet", MAP: "mapa"}
TITLES = {
    RECORDS: ("Spisová služba", "Records service", "Dokumenty obce: evidence, vyřízení a podepsání.",
              "Documents of the municipality: registering, handling and signing."),
    BUDGET: ("Rozpočet", "Budget", "Příjmy a výdaje obce po kapitolách.",
             "Income and expenses of the municipality by chapter."),
    MAP: ("Mapa správního obvodu", "Map of the district", "Obce obvodu a technika v terénu živě.",
          "Municipalities of the district and vehicles in the field, live."),
}  # fmt: skip
TOWN_HALL = "radnice"
"""The one named network: whoever tries the demo on this machine comes from there."""
# first match decides
ROUTES: Mapping[ApplicationId, Sequence[tuple[str, Sequence[str], str, bool]]] = {
    RECORDS: (
        ("/sign", ("POST",), "sign", False),
        ("/", ("GET", "HEAD"), "read", False),
        ("/", ("POST",), "write", False),
    ),
    BUDGET: (("/", ("GET", "HEAD"), "read", False),),
    MAP: (("/feed", ("GET",), "read", True), ("/", ("GET", "HEAD"), "read", False)),
}


def settings_text(
    world: World,
    directory_url: str,
    applications: Mapping[ApplicationId, str],
    *,
    own_directory_url: str = "",
    port: int = 8443,
    metrics_port: int = 9464,
    devices: bool = False,
) -> str:
    """`applications`: upstream of each, `http://127.0.0.1:port`. All paths are absolute. `own_directory_url`: of the
    municipality that runs a directory of its own, where it runs. `devices`: people enrol their own.
    """
    directories = [(ldif.TOWN, directory_url), (ldif.VILLAGE, own_directory_url)]
    parts = [
        _table("office", name="Technologické centrum Kroměříž", district=world.district, municipality=CENTRE),
        _table("public", domain=world.domain, port=port, certificate=world.certificate, key=world.key),
        _table("metrics", port=metrics_port),
        _table("state", directory=world.folder / "state", memory=world.folder),  # all of a world in one place
        *(part for tree, url in directories if url for part in _directory(world, tree, url)),
        *([_table("devices", enabled=True, by_people=True)] if devices else []),
        _table("facts", refresh="10 s"),
        _table("policies", region=POLICIES / "region", municipalities=POLICIES / "municipalities"),
        *(_application(world, name, upstream) for name, upstream in applications.items()),
        _table("[networks]", name=TOWN_HALL, networks=["127.0.0.0/8", "::1/128"]),
    ]
    return "\n".join(parts)


def _directory(world: World, tree: ldif.Tree, url: str) -> Iterator[str]:
    where = {"municipalities": [ON_THEIR_OWN]} if tree is ldif.VILLAGE else {}
    yield _table(
        "[directories]",
        name=tree.name,
        servers=[url],
        authority=world.authority,
        bind_dn=tree.reader,
        bind_password_file=world.directory_password_file,
        people_base=tree.people,
        groups_base=tree.groups,
        realms=[tree.realm],
        connections=4,
        **where,
    )
    yield _table(
        "directories.work", employed_since=work.BEGINS, employed_until=work.ENDS, departments=work.DEPARTMENT
    )
    yield _table("directories.work.activity_roles", attribute=work.ACTIVITY_ROLE, value=work.WRITTEN)
    own = {
        held.role for one in world.accounts if directory_of(one.subject) == tree.name for held in one.roles
    }
    for role in Role if tree is ldif.TOWN else sorted(own):
        yield _table("[directories.roles]", group=tree.group(role.value, "{municipality}"), role=role.value)


def _application(world: World, name: ApplicationId, upstream: str) -> str:
    title_cs, title_en, about_cs, about_en = TITLES[name]
    return "\n".join(
        [
            _table("[applications]", id=name, host=f"{HOSTS[name]}.{world.domain}", upstreams=[upstream]),
            _table("applications.title", cs=title_cs, en=title_en),
            _table("applications.description", cs=about_cs, en=about_en),
            *(
                _table(
                    "[applications.routes]", path=path, methods=list(methods), action=action, websocket=socket
                )
                for path, methods, action, socket in ROUTES[name]
            ),
        ]
    )


Plain = str | int | bool | Path | Sequence[str]


def _table(heading: str, **values: Plain) -> str:
    return "".join([f"[{heading}]\n", *(f"{name} = {_value(value)}\n" for name, value in values.items())])


def _value(value: Plain) -> str:
    """TOML's basic strings, arrays, integers and booleans are written as JSON writes them."""
    plain = str(value) if isinstance(value, Path) else value
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
