"""What the details of entries about devices with agents are called."""

from collections.abc import Mapping

from config.settings import Title
from gateway.devices.named import KEY_KINDS, STANDINGS

OF_DEVICES: dict[str, Title] = {
    "device": Title(cs="Zařízení", en="Device"),
    "browser": Title(cs="Prohlížeč na zařízení", en="Browser on the device"),
    "device_address": Title(cs="Adresa prohlížeče", en="Address of the browser"),
    "device_name": Title(cs="Název zařízení", en="Name of the device"),
    "asset": Title(cs="Sériové číslo zařízení", en="Serial number of the device"),
    "managed": Title(cs="Ve správě úřadu", en="Managed by the office"),
    "standing": Title(cs="Stav zařízení", en="Standing of the device"),
    "key_kind": Title(cs="Kde leží klíč zařízení", en="Where the device's key lies"),
    "certificate": Title(cs="Otisk certifikátu", en="Fingerprint of the certificate"),
    "differs": Title(cs="Co zařízení hlásí jinak", en="What the device reports otherwise"),
    "was_stale": Title(cs="Předtím se nehlásilo", en="It had ceased to report"),
}
WORDS_OF_DEVICES: dict[str, Mapping[str, Title]] = {"standing": STANDINGS, "key_kind": KEY_KINDS}
