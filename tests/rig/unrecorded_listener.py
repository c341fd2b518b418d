"""The product's own listener again, but nothing of what passes is written down: what recording costs."""

from copy import deepcopy

from gateway.demo.slapd import free_port
from gateway.envoy.gate import GATE_FILTER, Gate, gate_filter
from gateway.envoy.listeners import listener
from gateway.envoy.lua import script
from tests.rig.bare_listener import begun
from tests.rig.envoy import EPOCH, Plane

NOT_WRITTEN = "begun = function() return true end\n"


async def add_unrecorded_listener(plane: Plane) -> int:
    """Its port. It takes the grants of the first epoch, and knows of no revocation."""
    port = free_port()
    made = deepcopy(listener(plane.settings, plane.surroundings)) | {"name": "unrecorded"}
    made["address"]["socket_address"]["port_value"] = port
    for chain in made["filter_chains"]:
        manager = chain["filters"][0]["typed_config"]
        assert manager["access_log"]
        manager["access_log"] = []
        manager["stat_prefix"] = "unrecorded"
        filters = manager["http_filters"]
        (place,) = [at for at, one in enumerate(filters) if one["name"] == GATE_FILTER]
        filters[place] = _gate(plane)
    await begun(plane, made)
    return port


def _gate(plane: Plane) -> dict[str, object]:
    gate = Gate(
        keys=plane.discovery.grant_keys,
        begun=plane.begun,
        per_session=plane.settings.limits.requests_per_session,
        revoked=(),
        epoch=EPOCH,
        credential_sources=plane.discovery.credential_sources,
    )
    made = gate_filter(gate)
    source = made["typed_config"]["default_source_code"]
    last = script("gate.lua")
    assert last in source["inline_string"]
    source["inline_string"] = source["inline_string"].replace(last, NOT_WRITTEN + last)
    return made
