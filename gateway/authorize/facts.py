"""What is known of a request besides the question itself. Whoever knows more adds it here."""

from gateway.authorize.snapshot import Snapshot
from policies.model import NOTHING_FURTHER, Facts


def facts_of(address: str, snapshot: Snapshot) -> Facts:
    networks = snapshot.networks.of(address)
    return Facts(networks=networks) if networks else NOTHING_FURTHER
