"""What standings of devices, kinds of their keys and acts on them are called."""

from collections.abc import Mapping

from agents.protocol.messages import KeyKind, Standing
from config.settings import Title
from gateway.devices.office import Act

STANDINGS: Mapping[str, Title] = {
    Standing.WAITING: Title(cs="čeká na schválení", en="waits for approval"),
    Standing.ACTIVE: Title(cs="v provozu", en="in use"),
    Standing.BLOCKED: Title(cs="zablokováno", en="blocked"),
    Standing.RETIRED: Title(cs="vyřazeno", en="retired"),
    Standing.LOST: Title(cs="ztraceno nebo odcizeno", en="lost or stolen"),
}
KEY_KINDS: Mapping[str, Title] = {
    KeyKind.TPM: Title(cs="v bezpečnostním čipu (TPM)", en="in the security chip (TPM)"),
    KeyKind.SOFTWARE: Title(cs="v souboru na disku", en="in a file on the disk"),
}
ACTS: Mapping[str, Title] = {
    Act.ISSUE_CODE: Title(cs="vydat kód pro zapsání zařízení", en="issue a code to enrol a device"),
    Act.APPROVE: Title(cs="schválit zařízení", en="approve a device"),
    Act.TURN_DOWN: Title(cs="odmítnout zařízení", en="turn a device down"),
    Act.RENAME: Title(cs="přejmenovat zařízení", en="rename a device"),
    Act.BLOCK: Title(cs="zablokovat zařízení", en="block a device"),
    Act.UNBLOCK: Title(cs="odblokovat zařízení", en="unblock a device"),
    Act.RETIRE: Title(cs="vyřadit zařízení", en="retire a device"),
    Act.LOSE: Title(cs="označit zařízení jako ztracené", en="mark a device as lost"),
    Act.HAND_OVER: Title(cs="předat zařízení jiné osobě", en="hand a device over to another person"),
    Act.TAKE_OVER: Title(cs="převzít zařízení do správy", en="take a device over"),
}
