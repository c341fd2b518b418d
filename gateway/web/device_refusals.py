"""Why an act on a device was not done, as pages say it: the names are those of the log."""

from collections.abc import Mapping
from dataclasses import replace

from config.vocabulary import Language
from gateway.audit.reasons import REASONS
from gateway.devices.refused import Why
from gateway.web.refusal import ShownRefusal, Text, both

AGAIN = both(
    cs="Vraťte se na stránku zařízení: ukazuje, co s ním teď můžete udělat.",
    en="Go back to the page of the device: it shows what you can do now.",
)
ADVICE: Mapping[Why, Text] = {
    Why.UNKNOWN: both(
        cs="Není vaše, nebo nikdy nebylo. Svá zařízení najdete na portálu v části Moje zařízení.",
        en="It is not yours, or never was. The portal shows your devices at My devices.",
    ),
    Why.GONE: both(
        cs="Vyřazené nebo ztracené zařízení se už nevrací. Chcete-li ho znovu používat, zapište je znovu novým kódem.",
        en="A device that was retired or lost never comes back. To use it again, enrol it anew with a new code.",
    ),
    Why.NAME: both(
        cs="Napište název o nejvýše 80 znacích, bez neviditelných znaků.",
        en="Write a name of at most 80 characters, without invisible ones.",
    ),
    Why.WHY: both(
        cs="Napište důvod na jeden řádek o nejvýše 500 znacích.",
        en="Write the reason in one line of at most 500 characters.",
    ),
    Why.NOT_ALLOWED: both(
        cs="Zařízení tu zapisuje jen správce. Požádejte o kód správce svého úřadu.",
        en="Only administrators enrol devices here. Ask the administrator of your office for a code.",
    ),
    Why.MOST_CODES: both(
        cs="Použijte kód, který už máte, nebo počkejte čtvrt hodiny: nevyužité kódy vyprší.",
        en="Use a code that you have, or wait a quarter of an hour: codes that are not used run out.",
    ),
    Why.MOST_DEVICES: both(
        cs="Vyřaďte zařízení, která už nepoužíváte; pak můžete přidat další. Potřebujete-li jich víc, zapíše je "
        "správce.",
        en="Retire devices that you do not use any more; then you can add others. If you need more, an administrator "
        "enrols them.",
    ),
    Why.TWO_FACTORS: both(
        cs="Přihlaste se ještě druhým faktorem. Pak se sem vrátíte.",
        en="Sign in with a second factor as well. Then you come back here.",
    ),
    Why.NOT_CONFIRMED: both(
        cs="Potvrďte znovu, kdo jste: od počítače, u kterého nesedíte, by jinak mohl někdo přidat své zařízení jako "
        "vaše. Pak se sem vrátíte.",
        en="Confirm who you are once more: else somebody could add their device as yours at a computer that you left. "
        "Then you come back here.",
    ),
}


TO_ADMINISTRATORS: Mapping[Why, Text] = {
    Why.UNKNOWN: both(
        cs="Je jiné obce, než za kterou jednáte, nebo bylo smazáno. Seznam ukazuje ta, která spravujete.",
        en="It is another municipality's than you act for, or was deleted. The list shows those you administer.",
    ),
    Why.OWN: both(
        cs="Zařízení patří vám, třeba pod jiným účtem. Požádejte jiného správce.",
        en="The device is yours, maybe by another account. Ask another administrator.",
    ),
    Why.OWNER_UNKNOWN: both(
        cs="Napište přihlašovací jméno někoho, kdo v té obci roli má.",
        en="Write the user name of somebody who has a role there.",
    ),
    Why.ASSET: both(
        cs="Agent sériové číslo nepřečetl. Opište je ze štítku, nejvýše 80 znaků.",
        en="The agent could read no serial number. Copy it from the label, at most 80 characters.",
    ),
    Why.MOST_CODES: both(
        cs="Nevyužité kódy vyprší do čtvrt hodiny. Pak vydáte další.",
        en="Codes that are not used run out within a quarter of an hour. Then you can issue others.",
    ),
}
"""Where they are told otherwise than the person whose device it is."""


def shown(why: Why) -> ShownRefusal:
    named = REASONS.name(why)
    assert named is not None  # a test looks at each
    title = {one: _capital(named.in_language(one)) for one in Language}
    return ShownRefusal(reason=why, title=title, advice=ADVICE.get(why, AGAIN))


def shown_to_administrators(why: Why) -> ShownRefusal:
    told = TO_ADMINISTRATORS.get(why)
    return shown(why) if told is None else replace(shown(why), advice=told)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
