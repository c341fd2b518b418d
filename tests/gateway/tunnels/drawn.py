"""Peers and devices to draw from: few keys and addresses, so that they meet."""

from ipaddress import ip_address, ip_network

from hypothesis import strategies as st

from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.peers import only

KEYS = tuple(PrivateKey(bytes([number]) * 32).public for number in range(1, 7))
ADDRESSES = (*(ip_address("10.90.0.2") + number for number in range(5)), ip_address("fd00:90::2"))
NETWORKS = tuple(only([one]) for one in ADDRESSES)


@st.composite
def peers(draw):
    """Each address of one peer at most; some peers have none, and some what is no single address."""
    owners = draw(st.lists(st.sampled_from([None, *KEYS]), min_size=len(ADDRESSES), max_size=len(ADDRESSES)))
    found = {key: frozenset() for key in draw(st.sets(st.sampled_from(KEYS)))}
    for owner, network in zip(owners, NETWORKS, strict=True):
        if owner is not None:
            found[owner] = found.get(owner, frozenset()) | network
    if found and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(found)))
        found[key] |= {ip_network("10.91.0.0/24")}
    return found
