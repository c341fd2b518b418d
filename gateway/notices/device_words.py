"""What notices about devices say to the person whose device it is."""

import re
from collections.abc import Iterator, Mapping

from config.settings import Title
from gateway.notices.notice import NoticeKind

TITLES_OF_DEVICES: Mapping[NoticeKind, Title] = {
    NoticeKind.DEVICE_ENROLLED: Title(
        cs="Na vaše jméno bylo zapsáno zařízení", en="A device was enrolled in your name"
    ),
    NoticeKind.DEVICE_APPROVED: Title(cs="Vaše zařízení bylo schváleno", en="Your device was approved"),
    NoticeKind.DEVICE_BLOCKED: Title(cs="Vaše zařízení bylo zablokováno", en="Your device was blocked"),
    NoticeKind.DEVICE_LOST: Title(
        cs="Vaše zařízení je hlášeno jako ztracené", en="Your device was reported as lost"
    ),
}
OPENING_OF_DEVICES: Mapping[NoticeKind, Title] = {
    NoticeKind.DEVICE_ENROLLED: Title(
        cs="na váš účet {login} bylo zapsáno zařízení.", en="a device was enrolled for your account {login}."
    ),
    NoticeKind.DEVICE_APPROVED: Title(
        cs="zařízení zapsané na váš účet {login} bylo schváleno a lze je používat.",
        en="a device of your account {login} was approved, and may be used.",
    ),
    NoticeKind.DEVICE_BLOCKED: Title(
        cs="zařízení zapsané na váš účet {login} bylo zablokováno. Dokud je správce neodblokuje, nic neotevře.",
        en="a device of your account {login} was blocked. It opens nothing until an administrator lifts that.",
    ),
    NoticeKind.DEVICE_LOST: Title(
        cs="zařízení zapsané na váš účet {login} bylo nahlášeno jako ztracené. Nic už neotevře, a kdo na něm byl "
        "přihlášený, je odhlášený.",
        en="a device of your account {login} was reported as lost. It opens nothing any more, and whoever was signed "
        "in on it is signed out.",
    ),
}
OF_ENROLLED = Title(
    cs="Zapsali jste je vy, nebo jste je dostali od úřadu? Pak nemusíte nic dělat. Pokud ne, otevřete na portálu "
    "stránku Moje zařízení, nahlaste je jako ztracené a zavolejte: {support}.",
    en="Did you enrol it, or did the office give it to you? Then there is nothing to do. If not, open My devices at "
    "the portal, report it as lost and call: {support}.",
)
OF_ENDED = Title(
    cs="Víte o tom? Pak nemusíte nic dělat. Pokud ne, zavolejte: {support}.",
    en="Do you know of it? Then there is nothing to do. If not, call: {support}.",
)
ADVICE_OF_DEVICES: Mapping[NoticeKind, Title] = {
    NoticeKind.DEVICE_ENROLLED: OF_ENROLLED,
    NoticeKind.DEVICE_APPROVED: OF_ENROLLED,
    NoticeKind.DEVICE_BLOCKED: OF_ENDED,
    NoticeKind.DEVICE_LOST: OF_ENDED,
}
LABELS: tuple[tuple[str, Title], ...] = (
    ("device_name", Title(cs="Zařízení", en="Device")),
    ("by", Title(cs="Kdo", en="By")),
)
PLAIN = re.compile(r"[\w -]+")


def facts_of_device(facts: Mapping[str, str]) -> Iterator[tuple[Title, str]]:
    """A device is called by whoever enrols it, who might write a link: another name than a plain one is not told."""
    for name, label in LABELS:
        if name in facts and (name != "device_name" or PLAIN.fullmatch(facts[name])):
            yield label, facts[name]
