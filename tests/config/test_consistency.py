from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.application_routes import PLAIN_PATH
from config.hosts import HOST, hosts_of
from config.load import load
from config.problem import ConfigurationRefused, Problem

Office = Callable[..., Path]


def faults(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigurationRefused) as refused:
        load(path)
    assert all(problem.remedy and problem.line and problem.file == path for problem in refused.value.problems)
    return refused.value.problems


def line_at(path: Path, problem: Problem) -> str:
    return path.read_text(encoding="utf-8").splitlines()[problem.line - 1]


DOMAIN = 'domain = "brana.example"'
UPSTREAM = 'upstreams = ["http://127.0.0.1:9101"]'
SERVER = '"ldaps://ldap.brana.example:636"'


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ('"tls.pem"', '"none.pem"', None, "none.pem is missing"),
        ('"ca.pem"', '"region"', None, "region is not a file"),
        ('"client.secret"', '"none.secret"', None, "none.secret is missing"),
        ('"obce.csv"', '"none.csv"', None, "none.csv is missing"),
        ('municipalities = "obce"', 'municipalities = "none"', None, "none is missing"),
        ('region = "region"', 'region = "tls.pem"', None, "not a folder"),
        ('directory = "var"', f'directory = "{"d" * 100}"', None, "too long a path"),
        ('domain = "brana.example"', 'domain = "Brana.example"', None, "not a host name"),
        ('domain = "brana.example"', 'domain = "127.0.0.1"', None, "not a host name"),
        (
            'host = "spis.brana.example"',
            'host = "spis.other.example"',
            None,
            "not a host below brana.example",
        ),
        ('host = "spis.brana.example"', 'host = "brana.example"', None, "not a host below"),
        ('host = "spis.brana.example"', 'host = "a_b.brana.example"', None, "not a host below"),
        ('host = "spis.brana.example"', 'host = "login.brana.example"', None, "the product itself"),
        (
            'host = "rada-{municipality}.brana',
            'host = "spis.brana',
            None,
            "spis.brana.example is already the place of spis",
        ),
        ('id = "rada"', 'id = "spis"', None, "is taken"),
        ('id = "spis"', 'id = "portal"', None, "is taken"),
        (UPSTREAM, 'upstreams = ["http://127.0.0.1"]', None, "is not `http://host:port`"),
        (UPSTREAM, 'upstreams = ["http://127.0.0.1:9101/"]', None, "is not `http://host:port`"),
        (UPSTREAM, 'upstreams = ["http://127.0.0.1:9101?x"]', None, "is not `http://host:port`"),
        (UPSTREAM, 'upstreams = ["http://a@127.0.0.1:9101"]', None, "is not `http://host:port`"),
        (UPSTREAM, 'upstreams = ["http://127.0.0.1:99999"]', None, "is not `http://host:port`"),
        (UPSTREAM, 'upstreams = ["http://127.0.0.1:0"]', None, "is not `http://host:port`"),
        (UPSTREAM, 'upstreams = ["http://[::1"]', None, "is not `http://host:port`"),
        (UPSTREAM, 'upstreams = ["http://:9101"]', None, "is not `http://host:port`"),
        (UPSTREAM, 'upstreams = ["http://*:9101"]', None, "is not `http://host:port`"),
        (UPSTREAM, 'upstreams = ["http://[fe80::1%eth0]:9101"]', None, "is not `http://host:port`"),
        (
            DOMAIN,
            DOMAIN + '\naddress = "localhost"',
            'address = "localhost"',
            "'localhost' is not an IP address",
        ),
        ("[policies]", "[metrics]\nport = 8443\n[policies]", "port = 8443", "8443 is public.port already"),
        ('municipalities = ["588491"]', 'municipalities = ["500000"]', None, "500000 is not in the district"),
        ('path = "/documents"', 'path = "documents"', None, "not a plain path"),
        ('path = "/documents"', 'path = "/a//b"', None, "not a plain path"),
        ('path = "/documents"', 'path = "/a/../b"', None, "not a plain path"),
        ('path = "/documents"', 'path = "/a%2fb"', None, "not a plain path"),
        ('methods = ["GET"]', 'methods = ["get"]', None, "not an HTTP method"),
        ('methods = ["GET"]', 'methods = ["TRACE"]', None, "show what we tell it alone"),
        ('municipality = "588491"', "", "[[directories.roles]]", "a role holds in one municipality"),
        (
            'role = "accountant"',
            'role = "accountant"\nmunicipality = "588491"',
            "[[directories.roles]]",
            "not both or none",
        ),
        ('municipality = "588491"', 'municipality = "500000"', None, "500000 is not in the district"),
        (SERVER, '"http://ldap.brana.example"', None, "not the address of a directory server"),
        (SERVER, '"ldaps:///"', None, "not the address of a directory server"),
        (SERVER, '"ldaps://h:x"', None, "not the address of a directory server"),
        (SERVER, '"ldaps://h/dc=example"', None, "not the address of a directory server"),
        ('id = "knihovna"', 'id = "brana-gateway"', None, "is taken"),
        ('id = "knihovna"', 'id = ""', None, "is taken"),
        ('"https://knihovna.example/callback"', '"http://knihovna.example/"', None, "not an https address"),
        (
            '"https://knihovna.example/callback"',
            '"https://knihovna.example/#x"',
            None,
            "not an https address",
        ),
        ('"https://knihovna.example/callback"', '"https://"', None, "not an https address"),
        (
            "[policies]",
            '[grants]\nlifetime = "0 s"\n[policies]',
            'lifetime = "0 s"',
            "nothing can happen in no time",
        ),
        (
            "[policies]",
            '[streams]\ngrace = "0 s"\n[policies]',
            'grace = "0 s"',
            "nothing can happen in no time",
        ),
    ],
)
def test_a_contradiction_names_file_line_and_remedy(
    old: str, new: str, at: str | None, says: str, office: Office
) -> None:
    path = office((old, new))
    problem, *_ = faults(path)
    assert (at or new) in line_at(path, problem)
    assert says in f"{problem.what} {problem.remedy}"


@pytest.mark.parametrize("name", ["tls.key", "bind.password", "client.secret"])
def test_a_secret_that_others_can_read_is_refused(name: str, office: Office) -> None:
    path = office()
    (path.parent / name).chmod(0o640)
    (problem,) = faults(path)
    assert f'"{name}"' in line_at(path, problem)
    assert problem.remedy == f"chmod 600 {path.parent / name}"


def test_an_empty_bind_password_is_refused(office: Office) -> None:
    path = office()
    (path.parent / "bind.password").write_text("")
    (problem,) = faults(path)
    assert "is empty" in problem.what


def test_all_contradictions_are_told_at_once(office: Office) -> None:
    path = office(('"tls.pem"', '"none.pem"'), ('methods = ["GET"]', 'methods = ["get"]'))
    assert [line_at(path, problem) for problem in faults(path)] == [
        'certificate = "none.pem"',
        'methods = ["get"]',
    ]


DESCRIPTION = '[applications.description]\ncs = "Dokumenty"\nen = "Documents"\n'
SECRET_ONE = 'upstreams = ["https://127.0.0.1:9101"]'
TLS = '[applications.tls]\nauthority = "ca.pem"\n'
WAY = f"{DESCRIPTION}[applications.identity]\nway = "
READ = 'action = "read"'


def sharing(*paths: str) -> str:
    """The rest of an application without a path, and others at these paths of its host."""
    tables = "title = { cs = 'a', en = 'a' }\ndescription = { cs = 'a', en = 'a' }\nroutes = [{ action = 'read' }]\n"
    others = [
        f'{UPSTREAM}\n{tables}[[applications]]\nid = "app{number}"\nhost = "spis.brana.example"\npath = "{path}"\n'
        for number, path in enumerate(paths)
    ]
    last = '[[applications]]\nid = "last"\nhost = "last.brana.example"\n'
    return "".join(others) + f"{UPSTREAM}\n{tables}{last}{UPSTREAM}"


HEALTH = f'{DESCRIPTION}[applications.health]\npath = "/healthz"\n'


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        (UPSTREAM, "upstreams = []", None, "a list of at least one"),
        (UPSTREAM, 'upstreams = ["http://a:1", "http://A:1"]', None, "name each server once"),
        (UPSTREAM, UPSTREAM + '\nbalance = "random"', 'balance = "random"', "one of in-order, spread"),
        (DESCRIPTION, HEALTH.replace("/healthz", "healthz"), 'path = "healthz"', "not a plain path"),
        (DESCRIPTION, HEALTH + 'interval = "20 min"\n', "interval", "choose a time between them"),
        (DESCRIPTION, HEALTH + 'timeout = "0 s"\n', "timeout", "nothing can answer in no time"),
        (DESCRIPTION, HEALTH + 'timeout = "11 s"\n', "timeout", "no longer than `interval`"),
        (UPSTREAM, UPSTREAM + '\nprotocol = "http3"', 'protocol = "http3"', "one of http1, http2"),
        (UPSTREAM, SECRET_ONE, None, "add [applications.tls] with `authority`"),
        (UPSTREAM, 'upstreams = ["http://a:1", "https://b:1"]', None, "in the open"),
        (DESCRIPTION, DESCRIPTION + TLS, "[applications.tls]", "no server is `https://`"),
        (DESCRIPTION, DESCRIPTION + TLS.replace("ca.pem", "none.pem"), "authority", "none.pem is missing"),
        (DESCRIPTION, f'{DESCRIPTION}{TLS}server_name = "a b"\n', "server_name", "not a host name"),
        (DESCRIPTION, f'{DESCRIPTION}{TLS}key = "tls.key"\n', "[applications.tls]", "belong together"),
        (DESCRIPTION, f'{DESCRIPTION}{TLS}key = "ca.pem"\n', "key", "can be read by other users"),
        (DESCRIPTION, WAY + '"headers"\n', "way =", "belong together"),
        (DESCRIPTION, WAY + '"basic"\nheaders = { login = "X-User" }\n', "headers =", "belong together"),
        (DESCRIPTION, WAY + '"headers"\nheaders = {}\n', "headers =", "no header is named"),
        *(
            (
                DESCRIPTION,
                f'{WAY}"headers"\n[applications.identity.headers]\nlogin = "{name}"\n',
                "login =",
                says,
            )
            for name, says in (
                ("X_User", "CGI reads `-` as `_`"),
                ("X--User", "single hyphens"),
                ("X User", "not the name of a header"),
                ("X-User\\r\\n", "not the name of a header"),
                ("X" * 65, "not the name of a header"),
                ("", "not the name of a header"),
                ("Cookie", "has another meaning"),
                ("X-Brana-User", "has another meaning"),
                ("Sec-Fetch-Mode", "has another meaning"),
                ("x-forwarded-for", "has another meaning"),
            )
        ),
        (
            DESCRIPTION,
            f'{WAY}"headers"\n[applications.identity.headers]\nlogin = "X-A"\nname = "x-a"\n',
            'name = "x-a"',
            "tells `login` already",
        ),
        (DESCRIPTION, WAY + '"basic"\nuser = "a"\n', "way =", "give `user` and `password_file`"),
        (DESCRIPTION, WAY + '"none"\nuser = "a"\n', "user =", "has no account"),
        (
            DESCRIPTION,
            WAY + '"basic"\nuser = "a:b"\npassword_file = "tls.key"\n',
            "user =",
            "without a colon",
        ),
        (DESCRIPTION, WAY + '"basic"\nuser = "a"\npassword_file = "ca.pem"\n', "password_file", "chmod 600"),
        (DESCRIPTION, WAY + '"basic"\nuser = "a"\npassword_file = "x"\n', "password_file", "is missing"),
        (UPSTREAM, UPSTREAM + '\npath = "spis"', 'path = "spis"', "not a plain path"),
        (UPSTREAM, UPSTREAM + '\npath = "/spis/"', 'path = "/spis/"', "without a slash at the end"),
        (UPSTREAM, UPSTREAM + '\npath = "/.Brana/x"', 'path = "/.Brana/x"', "the product's own"),
        (UPSTREAM, sharing("/a", "/a"), 'host = "spis', "spis.brana.example/a is already the place of app0"),
        (UPSTREAM, sharing("/a", "/A"), 'host = "spis', "spis.brana.example/a is already the place of app0"),
        (UPSTREAM, sharing(*(f"/{n}" for n in range(8))), 'host = "spis', "more than 8 applications"),
        (
            UPSTREAM,
            sharing("/a").replace("'read'", "'read', webdav = true", 1),
            "webdav = true",
            "'/a/' has routes of its own within it",
        ),
        (READ, "", "[[applications.routes]]", "add `action = "),
        (READ, f"{READ}\npublic = true", READ, "take out `action`, or `public`"),
        (READ, f'{READ}\nname = "A"', 'name = "A"', "lower-case"),
        (READ, 'public = true\nname = "a"', 'name = "a"', "take out `name`, or `public`"),
        (READ, f"{READ}\nbody_mib = 0", "body_mib = 0", "a number from 1 to 10240"),
        (READ, f'{READ}\ntimeout = "0 s"', "timeout = ", "choose a time between them"),
        (READ, f'{READ}\nidle_timeout = "2 h"', "idle_timeout = ", "choose a time between them"),
        (READ, f'{READ}\nidle_timeout = "0 s"', "idle_timeout = ", "choose a time between them"),
        (
            READ,
            f'{READ}\nstreaming = true\ntimeout = "1 min"',
            "timeout = ",
            "no end that could be waited for",
        ),
        (READ, f"{READ}\nstreaming = true\nbody_mib = 1", "body_mib = 1", "`streaming` is never whole"),
        (READ, f"{READ}\nwebsocket = true\nbody_mib = 1", "body_mib = 1", "`websocket` is never whole"),
        (DESCRIPTION, HEALTH + "statuses = []\n", "statuses", "a list of at least one"),
        (DESCRIPTION, HEALTH + "statuses = [99]\n", "statuses", "a number from 100 to 599"),
    ],
)
def test_a_fault_of_an_application_names_file_line_and_remedy(
    old: str, new: str, at: str | None, says: str, office: Office
) -> None:
    path = office((old, new))
    told = [(line_at(path, one), f"{one.what} {one.remedy}") for one in faults(path)]
    assert [line for line, said in told if (at or new) in line and says in said], told


def test_a_web_socket_over_http_2_to_the_servers_is_refused(office: Office) -> None:
    path = office((UPSTREAM, f'{UPSTREAM}\nprotocol = "http2"'), (READ, f"{READ}\nwebsocket = true"))
    (problem,) = faults(path)
    assert line_at(path, problem) == "websocket = true"


def test_grpc_web_is_for_servers_that_speak_http_2(office: Office) -> None:
    path = office((UPSTREAM, f"{UPSTREAM}\ngrpc_web = true"))
    (problem,) = faults(path)
    assert line_at(path, problem) == "grpc_web = true"
    load(office((UPSTREAM, f'{UPSTREAM}\ngrpc_web = true\nprotocol = "http2"')))


def webdav(path: str, other: str) -> tuple[str, str]:
    """A tree at `path` in the place of an application's route, and a further route of it."""
    further = f'[[applications.routes]]\npath = "{other}"\naction = "administer"\n'
    return (
        f'path = "/documents"\nmethods = ["GET"]\n{READ}',
        f'{READ}\npath = "{path}"\nwebdav = true\n{further}',
    )


@pytest.mark.parametrize(
    ("tree", "within"), [("/dav", "/dav/secret"), ("/dav/", "/DAV/secret/"), ("/", "/secret")]
)
def test_nothing_in_a_webdav_tree_is_asked_for_in_another_way(office: Office, tree: str, within: str) -> None:
    path = office(webdav(tree, within))
    (problem,) = faults(path)
    assert line_at(path, problem) == "webdav = true"
    assert repr(within.lower().rstrip("/") + "/") in problem.what


def test_nor_is_an_application_whose_host_is_written_in_another_way(office: Office) -> None:
    of_all = ('routes = [{ action = "read" }]', 'routes = [{ action = "read", webdav = true }]')
    path = office(of_all, ('host = "spis.', 'path = "/x"\nhost = "rada-588491.'))
    (problem,) = faults(path)
    assert (line_at(path, problem), "'/x/" in problem.what) == (of_all[1], True)


@pytest.mark.parametrize("beside", ["/dav", "/davs", "/"])
def test_beside_a_webdav_tree_and_of_the_same_path_there_may_be_routes(office: Office, beside: str) -> None:
    load(office(webdav("/dav", beside)))


def test_streams_may_be_silent_for_longer_than_a_grant_and_a_timeout_is_for_what_is_none(
    office: Office,
) -> None:
    times = 'websocket = true\ntimeout = "1 min"\nidle_timeout = "1 h"'
    first, *_ = load(office((READ, f"{READ}\n{times}")))[0].applications
    assert first.routes[-1].idle_timeout == timedelta(hours=1)


def test_applications_share_a_host_by_paths(office: Office) -> None:
    settings, _ = load(office((UPSTREAM, sharing("/a", "/a/b", "/ab"))))
    paths = [one.path for one in settings.applications if one.host == "spis.brana.example"]
    assert paths == ["/", "/a", "/a/b", "/ab"]
    assert [one.grant_suffix for one in settings.applications[:3]] == ["", "-app0", "-app1"]


def test_an_application_for_every_municipality_has_a_host_for_each(office: Office) -> None:
    settings, district = load(office(('municipalities = ["588491"]', "")))
    spis, rada = settings.applications
    assert hosts_of(spis, district) == ["spis.brana.example"]
    assert hosts_of(rada, district) == ["rada-588491.brana.example", "rada-588296.brana.example"]


def test_an_application_of_some_municipalities_has_hosts_for_these(office: Office) -> None:
    settings, district = load(office())
    assert hosts_of(settings.applications[1], district) == ["rada-588491.brana.example"]


labels = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@given(st.lists(labels, min_size=1, max_size=5))
def test_labels_joined_by_dots_are_a_host(parts: list[str]) -> None:
    assert HOST.match(".".join(parts))


@given(st.lists(labels, min_size=1, max_size=3), st.sampled_from(" \n/:@#?%_A\x00"), st.integers(0, 20))
def test_no_host_holds_a_character_of_another_part_of_an_address(
    parts: list[str], odd: str, where: int
) -> None:
    host = ".".join(parts)
    assert not HOST.match(host[:where] + odd + host[where:])


@given(st.text(st.sampled_from("/.a~-"), max_size=12))
def test_a_plain_path_has_no_empty_and_no_dot_segments(rest: str) -> None:
    *folders, last = rest.split("/")
    plain = "" not in folders and not {".", ".."} & {*folders, last}
    assert bool(PLAIN_PATH.match(f"/{rest}")) == plain
