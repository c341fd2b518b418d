"""What entries about tunnels say to people."""

from config.settings import Title
from gateway.audit.entry import Code

TUNNEL_TITLES: dict[Code, Title] = {
    Code.TUNNEL_OPENED: Title(
        cs="Otevřen tunel zařízení {device}: {who}, do {until}",
        en="Tunnel of the device {device} opened: {who}, until {until}",
    ),
    Code.TUNNEL_NOT_OPENED: Title(
        cs="Tunel zařízení {device} se neotevřel: {who} (důvod: {reason})",
        en="Tunnel of the device {device} not opened: {who} (reason: {reason})",
    ),
    Code.TUNNEL_CLOSED: Title(
        cs="Tunel zařízení {device} zavřen: {who} (důvod: {reason})",
        en="Tunnel of the device {device} closed: {who} (reason: {reason})",
    ),
    Code.TUNNEL_PERMITTED: Title(
        cs="Tunelem smí zařízení {device} na „{target}“: {who}, obec {municipality}, úkon {action}",
        en="The device {device} may reach “{target}” through the tunnel: {who}, municipality {municipality}, "
        "action {action}",
    ),
    Code.TUNNEL_REFUSED: Title(
        cs="Tunelem nesmí zařízení {device} na „{target}“: {who}, obec {municipality} (důvod: {reason})",
        en="The device {device} may not reach “{target}” through the tunnel: {who}, municipality {municipality} "
        "(reason: {reason})",
    ),
    Code.TUNNEL_MOVED: Title(
        cs="Zařízení {device} s otevřeným tunelem se hlásí odjinud: {who}, adresa {address} (dříve {before})",
        en="The device {device} with an open tunnel asks from elsewhere: {who}, address {address} "
        "(before: {before})",
    ),
    Code.TUNNEL_TWO_PLACES: Title(
        cs="POZOR, tunel zařízení {device} ze dvou míst: {who}; zařízení se hlásí z adresy {address}, "
        "pakety tunelu přicházejí z adresy {elsewhere}",
        en="ATTENTION, tunnel of the device {device} from two places: {who}; the device asks from {address}, "
        "packets of the tunnel come from {elsewhere}",
    ),
    Code.TUNNEL_PLACE_UNKNOWN: Title(
        cs="Tunelem se na nic nedostane zařízení {device}, neví se, kde je: {who} (důvod: {reason})",
        en="The device {device} reaches nothing through the tunnel, as nobody knows where it is: {who} "
        "(reason: {reason})",
    ),
    Code.TUNNEL_PLACE_KNOWN: Title(
        cs="Zařízení {device} s otevřeným tunelem řeklo, kde je: {who}, adresa {address}",
        en="The device {device} with an open tunnel has said where it is: {who}, address {address}",
    ),
    Code.TUNNEL_TRIED: Title(
        cs="Zařízení {device} to tunelem zkusilo marně na {host}: {who} (důvod: {reason})",
        en="The device {device} tried {host} through the tunnel in vain: {who} (reason: {reason})",
    ),
    Code.TUNNEL_CONNECTED: Title(
        cs="Spojení tunelem začalo: {who}, zařízení {device}, „{target}“ ({host})",
        en="Connection through the tunnel begun: {who}, device {device}, “{target}” ({host})",
    ),
    Code.TUNNEL_DISCONNECTED: Title(
        cs="Spojení tunelem skončilo: {who}, zařízení {device}, „{target}“ ({host})",
        en="Connection through the tunnel ended: {who}, device {device}, “{target}” ({host})",
    ),
}
