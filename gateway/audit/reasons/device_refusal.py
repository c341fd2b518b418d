"""Names of the reasons why a request is refused for the sake of the device that it comes from."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Přístup ze zařízení", en="Access from a device"),
        {
            "device_certificate_of_another_authority": Title(
                cs="certifikát zařízení vydala jiná autorita",
                en="the device's certificate is of another authority",
            ),
            "device_certificate_of_another_purpose": Title(
                cs="ukázaný certifikát není certifikát zařízení",
                en="the certificate that was shown is not a device's",
            ),
            "device_certificate_unusable": Title(
                cs="certifikát zařízení nelze přečíst", en="the device's certificate cannot be read"
            ),
            "device_certificate_expired": Title(
                cs="certifikát zařízení neplatí: vypršel, nebo ještě nezačal platit",
                en="the device's certificate is not valid now: over, or not begun",
            ),
            "device_certificate_revoked": Title(
                cs="certifikát už žádnému zařízení nepatří", en="the certificate is no device's any more"
            ),
            "device_waiting": Title(cs="zařízení čeká na schválení", en="the device waits for approval"),
            "device_blocked": Title(cs="zařízení je zablokováno", en="the device is blocked"),
            "device_retired": Title(cs="zařízení bylo vyřazeno", en="the device was retired"),
            "device_lost": Title(cs="zařízení je hlášeno jako ztracené", en="the device is reported lost"),
            "device_tunnel_not_open": Title(
                cs="tunel zařízení není otevřený", en="the tunnel of the device is not open"
            ),
            "device_tunnel_of_another_person": Title(
                cs="tunel zařízení otevřel někdo jiný", en="somebody else opened the tunnel of the device"
            ),
            "device_certificate_of_another_device": Title(
                cs="certifikát patří jinému zařízení než tunel",
                en="the certificate is of another device than the tunnel",
            ),
            "session_of_another_device": Title(
                cs="přihlášení patří jinému zařízení", en="the sign-in belongs to another device"
            ),
        },
    ),
)
