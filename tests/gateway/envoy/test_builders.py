"""What Envoy is told, word for word: golden files in tests/vectors/envoy.

After an intended change: `BRANA_WRITE_GOLDENS=1 pytest tests/gateway/envoy/test_builders.py`, then read the diff.
"""

import dataclasses
import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from config.identity import FACTS
from config.settings import (
    Devices,
    Fleet,
    Health,
    Identity,
    IdentityHeaders,
    Peer,
    Route,
    Settings,
    Technical,
    Tunnels,
    UpstreamTls,
)
from config.vocabulary import Action, ApplicationId
from gateway.commands.own_applications import OWN
from gateway.envoy.authorization import AUTHORIZATION_FILTER, authorization_filter
from gateway.envoy.bootstrap import bootstrap
from gateway.envoy.clusters import clusters
from gateway.envoy.elsewhere import another_control_plane
from gateway.envoy.gate import Gate, GateWordUnusable, credential_sources, gate_filter, scripts
from gateway.envoy.limits import DEVICE_BITS, IPV6_BITS, LIMIT_FILTER, address_limit
from gateway.envoy.listeners import listener
from gateway.envoy.lua import script
from gateway.envoy.messages import Surroundings
from gateway.envoy.resources import CLUSTERS, EXTENSIONS, LISTENERS, ROUTE_TABLES, SECRETS, all_resources
from gateway.envoy.routes import HostTaken, routes
from gateway.envoy.technical import technical_routes
from gateway.envoy.tls import certificate
from gateway.envoy.tried import tried_listener
from gateway.envoy.upstreams import UpstreamUnusable
from gateway.grants.sign import keys_by_header
from tests.rig.envoy import DISTRICT, hosting, settings_for

BITS = '"v6_prefix_mask_len"'
VECTORS = Path(__file__).parents[2] / "vectors" / "envoy"
STATE = Path("/var/lib/brana")
SURROUNDINGS = Surroundings(
    run=STATE / "run",
    spool=STATE / "spool" / "current.log",
    district=DISTRICT,
)
GRANT_KEYS = {
    "keys": [
        {  # RFC 7515, appendix A.3.1
            "kty": "EC",
            "crv": "P-256",
            "kid": "k1",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    ]
}
BEGUN = Path("/dev/shm/brana-999-0123456789abcdef/current.log")
SETTINGS = settings_for(STATE, 8443, "http://127.0.0.1:9001")

FILES = Path("/etc/brana")
AUTHORITY = FILES / "authority.pem"
OTHERS = replace(
    SETTINGS,
    applications=[
        hosting(
            "secret",
            "https://10.0.0.1:9443",
            "https://two.test:9443",
            tls=UpstreamTls(authority=AUTHORITY, certificate=FILES / "us.pem", key=FILES / "us.key"),
            health=Health(path="/healthz"),
            protocol="http2",
        ),
        hosting(
            "headers",
            "https://[::1]:9443",
            "https://[::2]:9443",
            tls=UpstreamTls(authority=AUTHORITY, server_name="one.test"),
            balance="spread",
            identity=Identity(way="headers", headers=IdentityHeaders(login="X-Remote-User")),
        ),
        hosting(
            "account",
            "http://10.0.0.1:80",
            identity=Identity(way="basic", user="brana"),
            routes=[
                Route(path="/open", public=True, idle_timeout=timedelta(minutes=1)),
                Route(path="/sent", action=Action.WRITE, body_mib=20, timeout=timedelta(minutes=5)),
                Route(path="/events", action=Action.READ, streaming=True),
                Route(path="/live", action=Action.READ, websocket=True, timeout=timedelta(minutes=1)),
                Route(path="/open-live", public=True, websocket=True, streaming=True),
            ],
        ),
        hosting(
            "folders",
            "http://10.0.0.1:80",
            path="/folders",
            routes=[Route(path="/dav", action=Action.WRITE, webdav=True), Route(action=Action.READ)],
        ),
        hosting("calls", "http://10.0.0.1:80", protocol="http2", grpc_web=True),
    ],
)
"""What most applications do without."""


def told_of(settings: Settings) -> dict[str, Any]:
    """What concerns hosted applications."""
    accounts = {ApplicationId("account"): "Basic account"}
    told = all_resources(settings, dataclasses.replace(SURROUNDINGS, accounts=accounts))
    hosted = [one for one in told[CLUSTERS] if one["name"].startswith("application.")]
    hosts = [one for one in told[ROUTE_TABLES][0]["virtual_hosts"] if one["name"] in HOSTED]
    return {CLUSTERS: hosted, ROUTE_TABLES: hosts, SECRETS: told[SECRETS], EXTENSIONS: told[EXTENSIONS]}


PROGRAMS = replace(
    SETTINGS,
    technical=Technical(authority=FILES / "programs.pem", revocation_list=FILES / "programs.crl"),
    applications=[
        hosting(
            "agenda",
            "http://10.0.0.1:80",
            technical=True,
            technical_host=f"api.{SETTINGS.public.domain}",
            routes=[Route(path="/open", public=True), Route(action=Action.READ)],
        )
    ],
)
"""An application that technical accounts may use, with a host for certificates."""


def told_of_programs(settings: Settings) -> dict[str, Any]:
    keys = {"keys": [{"kty": "EC", "crv": "P-256", "kid": "k2", "x": "x", "y": "y"}]}
    told = all_resources(settings, dataclasses.replace(SURROUNDINGS, token_keys=keys))
    chains = told[LISTENERS][0]["filter_chains"]
    assert (
        chains[1:] == listener(SETTINGS, SURROUNDINGS)["filter_chains"]
    )  # people's connections are what they were
    return {
        "chain": chains[0],
        ROUTE_TABLES: told[ROUTE_TABLES][1],
        SECRETS: told[SECRETS],
        EXTENSIONS: told[EXTENSIONS],
    }


def told_of_devices() -> dict[str, Any]:
    """What is told otherwise where people's connections are asked for a device's certificate."""
    around = dataclasses.replace(SURROUNDINGS, device_authorities=("authority\n", "the one before\n"))
    told, unasked = all_resources(PROGRAMS, around), all_resources(PROGRAMS, SURROUNDINGS)
    (listening, *others), (before, *same) = told[LISTENERS], unasked[LISTENERS]
    programs, people = listening["filter_chains"]
    assert (programs, others) == (before["filter_chains"][0], same)
    assert people["filters"] == before["filter_chains"][1]["filters"]
    return {
        "tls": people["transport_socket"],
        SECRETS: [one for one in told[SECRETS] if one not in unasked[SECRETS]],
    }


def told_with_tunnels() -> list[Any]:
    """Listeners of pages in the tunnel, as far as they are otherwise than that of people behind load balancers."""
    tunnels = Tunnels(endpoint="tunnel.brana.test", pool_ipv6="fd00:90::/64")
    public = replace(SETTINGS.public, proxies=["10.1.0.0/28"])
    settings = replace(SETTINGS, tunnels=tunnels, public=public)
    _, *through, _ = all_resources(settings, SURROUNDINGS)[LISTENERS]
    people = all_resources(SETTINGS, SURROUNDINGS)[LISTENERS][0]
    (usual,) = people["filter_chains"]
    told = []
    for one in through:
        (chain,) = one["filter_chains"]
        each = json.dumps(chain["filters"][1:])  # each device counts by itself
        assert each.replace(f"{BITS}: {DEVICE_BITS}", f"{BITS}: {IPV6_BITS}") == json.dumps(usual["filters"])
        assert each.count(f"{BITS}: {DEVICE_BITS}") == 2
        beside = {name: value for name, value in one.items() if people.get(name) != value}
        told.append(beside | {"filter_chains": [{**chain, "filters": chain["filters"][:1]}]})
    return told


def told_in_a_fleet() -> dict[str, Any]:
    """What a whole node's Envoy is told otherwise than one that is alone, behind load balancers."""
    peers = [
        Peer(name="b", address="10.1.0.12"),
        Peer(name="c", address="::2"),
        Peer(name="d", address="::3"),
    ]
    public = replace(SETTINGS.public, proxies=["10.1.0.0/28"], http_port=80)
    settings = replace(SETTINGS, fleet=Fleet(node="a", address="10.1.0.11", peers=peers), public=public)
    around = dataclasses.replace(SURROUNDINGS, left=frozenset({"d"}))
    told, alone = all_resources(settings, around), all_resources(SETTINGS, SURROUNDINGS)
    people, *ways = told[LISTENERS]
    (chain,) = people["filter_chains"]
    hosts = {one["name"]: one for one in told[ROUTE_TABLES][0]["virtual_hosts"]}
    return {
        CLUSTERS: [one for one in told[CLUSTERS] if one not in alone[CLUSTERS]],
        SECRETS: [one for one in told[SECRETS] if one not in alone[SECRETS]],
        LISTENERS: ways,
        "people": {"listener_filters": people["listener_filters"], "match": chain["filter_chain_match"]},
        "sign-in": hosts["login.brana.test"],
        "decision": authorization_filter(address_limit(SETTINGS.limits), another_control_plane()),
    }


def told_of_agents() -> list[dict[str, Any]]:
    """What is there besides where devices enrol."""
    table = routes(replace(SETTINGS, devices=Devices(enabled=True, message_kib=32)), SURROUNDINGS)
    return [
        one for one in table["virtual_hosts"] if one not in routes(SETTINGS, SURROUNDINGS)["virtual_hosts"]
    ]


def a_gate(**changes: Any) -> Gate:
    usual = {
        "keys": keys_by_header(GRANT_KEYS),
        "begun": BEGUN,
        "per_session": 100,
        "revoked": (),
        "epoch": "epoch1",
    }
    return Gate(**(usual | changes))


def code_of(gate: Gate) -> str:
    return str(gate_filter(gate)["typed_config"]["default_source_code"]["inline_string"])


HOSTED = {one.host for one in OTHERS.applications}
GOLDENS: dict[str, Any] = {
    "applications": told_of(OTHERS),
    "programs": told_of_programs(PROGRAMS),
    "devices": told_of_devices(),
    "bootstrap": bootstrap(SURROUNDINGS.run, SETTINGS.limits),
    "listener": listener(SETTINGS, SURROUNDINGS),
    "routes": routes(SETTINGS, SURROUNDINGS),
    "agents": told_of_agents(),
    "tried": tried_listener(SURROUNDINGS),
    "clusters": clusters(SETTINGS, SURROUNDINGS),
    "certificate": certificate(b"chain", b"key"),
    "fleet": told_in_a_fleet(),
    "tunnels": told_with_tunnels(),
    "gate": gate_filter(
        a_gate(revoked={"sid2.7", "sid1.3"}, credential_sources=credential_sources(OTHERS.applications))
    ),
}


@pytest.mark.parametrize("name", GOLDENS)
def test_envoy_is_told_what_the_golden_file_says(name: str) -> None:
    file = VECTORS / f"{name}.json"
    if os.environ.get("BRANA_WRITE_GOLDENS"):
        file.write_text(json.dumps(GOLDENS[name], ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert json.loads(file.read_text("utf-8")) == GOLDENS[name]


def test_the_gate_takes_away_every_fact_that_an_old_grant_may_tell() -> None:
    (listed,) = re.findall(r"^local FACTS = \{(.*?)\}", script("gate.lua"), re.MULTILINE)
    assert tuple(json.loads(f"[{listed}]")) == FACTS


@pytest.mark.parametrize("settings", [SETTINGS, OTHERS, PROGRAMS])
def test_an_address_is_limited_once_on_each_route_before_the_decision_or_where_there_is_none(
    settings: Settings,
) -> None:
    tables = [routes(settings, SURROUNDINGS), *technical_routes(settings, SURROUNDINGS)]
    told = [route["typed_per_filter_config"] for table in tables for route in _routes_of(table)]
    assert any(AUTHORIZATION_FILTER in one for one in told)
    for one in told:
        decides = not one.get(AUTHORIZATION_FILTER, {}).get("disabled", False)
        by_itself = "config" in one.get(LIMIT_FILTER, {})
        assert decides is not by_itself


def _routes_of(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"typed_per_filter_config": {}} | route for host in table["virtual_hosts"] for route in host["routes"]
    ]


def _with_application(**changes: Any) -> Settings:
    first, *others = SETTINGS.applications
    return replace(SETTINGS, applications=[replace(first, **changes), *others])


def test_a_host_of_ours_cannot_be_taken() -> None:
    for host in ("portal.brana.test", "ADMIN.brana.test", "login.brana.test", "gone.brana.test"):
        with pytest.raises(HostTaken, match="host of its own"):
            routes(_with_application(host=host), SURROUNDINGS)


def test_an_id_of_ours_cannot_be_taken() -> None:
    for name in ("portal", "audit"):
        with pytest.raises(HostTaken, match=name):
            routes(_with_application(id=ApplicationId(name)), SURROUNDINGS)


def test_an_application_of_some_municipalities_has_only_their_hosts() -> None:
    settings = _with_application(host="x-{municipality}.brana.test", municipalities=["588458"])
    names = [host["name"] for host in routes(settings, SURROUNDINGS)["virtual_hosts"]]
    assert [name for name in names if name.startswith("x-")] == ["x-588458.brana.test"]


def test_the_port_people_see_is_the_port_applications_are_told() -> None:
    for advertised, authority in ((443, "files.brana.test"), (9443, "files.brana.test:9443")):
        settings = replace(SETTINGS, public=replace(SETTINGS.public, advertised_port=advertised))
        table = {host["name"]: host for host in routes(settings, SURROUNDINGS)["virtual_hosts"]}
        forwards = [row["route"] for row in table["files.brana.test"]["routes"] if "route" in row]
        assert {row["host_rewrite_literal"] for row in forwards} == {authority}


@pytest.mark.parametrize(
    "upstream",
    [
        "https://127.0.0.1:1",
        "http://127.0.0.1",
        "http://127.0.0.1:1/x",
        "127.0.0.1:1",
        "http://a@b:1",
        "http://x:99999",
    ],
)
def test_an_upstream_that_is_not_an_address_and_port_is_refused(upstream: str) -> None:
    with pytest.raises(UpstreamUnusable, match="http://host:port"):
        clusters(_with_application(upstreams=[upstream]), SURROUNDINGS)


def test_an_upstream_may_be_a_name() -> None:
    made = clusters(_with_application(upstreams=["http://files.internal:8080"]), SURROUNDINGS)
    assert next(one for one in made if one["name"] == "application.files")["type"] == "STRICT_DNS"


@given(st.text())
def test_no_word_can_break_out_of_the_gate(word: str) -> None:
    """Either the word is refused, or the text of the gate is the script behind two plain strings."""
    try:
        code = code_of(a_gate(keys={}, revoked=[word], epoch=word))
    except GateWordUnusable:
        return
    head = code.removesuffix(scripts())
    words = (
        "KEYS = {}",
        f'EPOCH = "{word}"',
        f'REVOKED = "{word}"',
        f'BEGUN = "{BEGUN}"',
        "A_SECOND = 100",
        'TECHNICAL = ""',
        'UNSETTLED = ""',
        "LIVES = 360",
        "FULL = false",
        "SUFFIXES = {}",
        "SUCCEEDS = false",
    )
    assert head == "".join(f"local {one}\n" for one in words)
    assert set(word) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-")
    assert word


@pytest.mark.parametrize("word", ['"', "a b", "a\nb", "a\\", "", "ž", "]]", "a\0"])
def test_a_word_that_is_not_an_identifier_is_refused(word: str) -> None:
    with pytest.raises(GateWordUnusable, match="base64url"):
        gate_filter(a_gate(revoked=[word]))


@given(st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name))
def test_whatever_the_files_name_the_gate_opens_that_one(name: bytes) -> None:
    """Read back by Lua's rules for strings: a backslash and three digits are a byte."""
    path = Path(os.fsdecode(b"/dev/shm/" + name))
    code = code_of(a_gate(begun=path))
    (line,) = (line for line in code.splitlines() if line.startswith("local BEGUN = "))
    text = line.removeprefix('local BEGUN = "').removesuffix('"')
    assert '"' not in text
    read = re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1])]), text.encode("ascii"))
    assert read == os.fsencode(path)


def test_the_chosen_language_goes_on_to_every_page_of_ours():
    (ours,) = re.findall(r"^local OURS = \{(.*)\}$", scripts(), re.MULTILINE)
    assert set(re.findall(r"(\w+) = true", ours)) == set(OWN)
