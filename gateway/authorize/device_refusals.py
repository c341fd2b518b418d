"""What people are refused by for the sake of the device that their connection showed, or that their session is of."""

from config.vocabulary import Language
from gateway.authorize.verdict import Text


def _both(cs: str, en: str) -> Text:
    return {Language.CZECH: cs, Language.ENGLISH: en}


_RENEW = _both(
    "Agent na zařízení si certifikát obnovuje sám. Zkontrolujte, že běží a má spojení s úřadem, potom prohlížeč "
    "zavřete a znovu otevřete. Nepomůže-li to, {contact}.",
    "The agent on the device renews the certificate by itself. Check that it runs and reaches the office, then close "
    "the browser and open it again. If that does not help, {contact}.",
)
_CHOSEN = _both(
    "Prohlížeč zavřete a znovu otevřete; vybírá-li certifikát, zvolte ten, který patří tomuto zařízení, nebo žádný. "
    "Nepomůže-li to, {contact}.",
    "Close the browser and open it again; if it asks which certificate to show, choose the one of this device, or "
    "none. If that does not help, {contact}.",
)
_ANOTHER = _both(
    "Použijte jiné zařízení. Nemáte-li jiné, {contact}.",
    "Use another device. If you have no other, {contact}.",
)

DEVICE_WORDS: dict[str, tuple[Text, Text]] = {
    "device_certificate_of_another_authority": (
        _both(
            "Prohlížeč ukázal certifikát, který nevydal úřad",
            "The browser showed a certificate that the office has not issued",
        ),
        _CHOSEN,
    ),
    "device_certificate_of_another_purpose": (
        _both(
            "Prohlížeč ukázal certifikát, který není certifikátem zařízení",
            "The browser showed a certificate that is not a device's",
        ),
        _CHOSEN,
    ),
    "device_certificate_unusable": (
        _both("Certifikát zařízení nelze přečíst", "The device's certificate cannot be read"),
        _CHOSEN,
    ),
    "device_certificate_expired": (
        _both("Platnost certifikátu zařízení skončila", "The device's certificate is over"),
        _RENEW,
    ),
    "device_certificate_revoked": (
        _both("Certifikát zařízení už neplatí", "The device's certificate is good no more"),
        _RENEW,
    ),
    "device_waiting": (
        _both("Zařízení čeká na schválení", "The device waits for approval"),
        _both(
            "Do schválení z něj nic neotevřete. Aby je správce schválil, {contact}.",
            "Until it is approved nothing opens from it. To have it approved, {contact}.",
        ),
    ),
    "device_blocked": (
        _both("Zařízení je zablokováno", "The device is blocked"),
        _both(
            "Správce z něj přístup dočasně zavřel. Použijte jiné zařízení. Nemáte-li jiné, {contact}.",
            "The administrator has closed access from it for a while. Use another device. If you have no other, "
            "{contact}.",
        ),
    ),
    "device_retired": (
        _both("Zařízení bylo vyřazeno", "The device was retired"),
        _ANOTHER,
    ),
    "device_lost": (
        _both("Zařízení je hlášeno jako ztracené", "The device is reported lost"),
        _both(
            "Našlo-li se, musí se zapsat znovu: {contact}.",
            "If it was found, it has to be enrolled anew: {contact}.",
        ),
    ),
    "device_tunnel_not_open": (
        _both("Tunel tohoto zařízení není otevřený", "The tunnel of this device is not open"),
        _both(
            "Otevřete jej na portálu a stránku načtěte znovu. Nepomůže-li to, {contact}.",
            "Open it at the portal and load the page again. If that does not help, {contact}.",
        ),
    ),
    "device_tunnel_of_another_person": (
        _both("Tunel tohoto zařízení otevřel někdo jiný", "Somebody else opened the tunnel of this device"),
        _both(
            "Otevřete si na portálu vlastní. Nejde-li to, {contact}.",
            "Open your own at the portal. If that fails, {contact}.",
        ),
    ),
    "device_certificate_of_another_device": (
        _both(
            "Prohlížeč ukázal certifikát jiného zařízení, než kterým tunel vede",
            "The browser showed the certificate of another device than the one of the tunnel",
        ),
        _CHOSEN,
    ),
    "session_of_another_device": (
        _both("Toto přihlášení patří jinému zařízení", "This sign-in belongs to another device"),
        _both(
            "Odhlaste se a na tomto zařízení se přihlaste znovu. Nepřihlašovali-li jste se zde, {contact}.",
            "Sign out and sign in anew on this device. If you did not sign in here, {contact}.",
        ),
    ),
}
