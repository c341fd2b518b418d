"""What the details of entries about devices with agents, and about their tunnels, are called."""

from collections.abc import Mapping

from config.settings import Title
from gateway.devices.named import KEY_KINDS, STANDINGS

OF_DEVICES: dict[str, Title] = {
    "device": Title(cs="Zařízení", en="Device"),
    "browser": Title(cs="Prohlížeč na zařízení", en="Browser on the device"),
    "program_address": Title(cs="Adresa programu", en="Address of the program"),
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
OF_TUNNELS: dict[str, Title] = {
    "tunnel": Title(cs="Označení tunelu", en="Name of the tunnel"),
    "tunnels": Title(cs="Označení tunelů, jeden po druhém", en="Names of the tunnels, one after the other"),
    "target": Title(cs="Cíl tunelu", en="Target of the tunnel"),
    "addresses": Title(cs="Adresy v tunelu", en="Addresses in the tunnel"),
    "elsewhere": Title(cs="Odkud přicházejí pakety", en="Where packets come from"),
    "source_port": Title(cs="Port zařízení", en="Port of the device"),
    "began": Title(cs="Začátek", en="Beginning"),
    "bytes_sent": Title(cs="Odesláno ze zařízení", en="Sent by the device"),
    "bytes_received": Title(cs="Přijato zařízením", en="Received by the device"),
}
WORDS_OF_DEVICES: dict[str, Mapping[str, Title]] = {"standing": STANDINGS, "key_kind": KEY_KINDS}
