"""What an officer is told whose act about an incident or a suspension came to nothing, by its named reason."""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

from gateway.incidents.incident import TEXT_MAX, TITLE_MAX
from gateway.incidents.office import MOST_ENTRIES
from gateway.incidents.refused import ActRefused, Why
from gateway.incidents.suspension import WHY_MAX
from gateway.sessions.officers_act import NotDone
from gateway.web.desk import Refused
from gateway.web.officer.not_done import REFUSALS as OF_PEOPLE
from gateway.web.refusal import ShownRefusal, both

T = TypeVar("T")
TEXTS: Mapping[Why, tuple[str, str, str, str]] = {
    Why.NOT_A_PERSON: (
        "Pozastavit lze jen osobu z adresáře",
        "Only a person of a directory can be suspended",
        "Programu zneplatněte jeho tajemství, nouzovému správci jeho obálku.",
        "Withdraw the secret of a program, or that of the recovery administrator.",
    ),
    Why.OWN_DEVICE: (
        "S tímto zařízením teď pracujete",
        "You work with this device now",
        "Přihlaste se v jiném prohlížeči a pozastavte ho odtamtud.",
        "Sign in with another browser, and suspend it from there.",
    ),
    Why.DEVICE_UNKNOWN: (
        "Takové zařízení nikdo nepoužil",
        "Nobody has used such a device",
        "Pozastavte ho ze záznamu, ve kterém je uvedeno.",
        "Suspend it from an entry that names it.",
    ),
    Why.SUSPENDED_ALREADY: (
        "Pozastavení už platí",
        "It is suspended already",
        "Podívejte se na seznam pozastavených osob a zařízení.",
        "Look at the list of suspended people and devices.",
    ),
    Why.NOT_SUSPENDED: (
        "Pozastavení už neplatí",
        "It is not suspended any more",
        "Někdo pozastavení mezitím zrušil, nebo skončilo samo.",
        "Somebody lifted it meanwhile, or its time is over.",
    ),
    Why.UNEXPLAINED: (
        "Chybí důvod",
        "A reason is missing",
        f"Vraťte se a napište na jeden řádek důvod, nejvýše {WHY_MAX} znaků.",
        f"Go back and say why in one line, in {WHY_MAX} characters or less.",
    ),
    Why.END_UNUSABLE: (
        "Konec pozastavení už uplynul",
        "The end of the suspension is over already",
        "Vraťte se a zvolte pozdější čas, nebo ho nechte prázdný.",
        "Go back and name a later time, or none.",
    ),
    Why.HOLD_OVER: (
        "Toto zadržení už neplatí",
        "This hold does not stand any more",
        "Někdo ho mezitím zrušil. Podívejte se znovu na stránku incidentu.",
        "Somebody lifted it meanwhile. Look at the page of the incident again.",
    ),
    Why.INCIDENT_UNKNOWN: (
        "Takový incident není",
        "There is no such incident",
        "Podívejte se na seznam incidentů.",
        "Look at the list of incidents.",
    ),
    Why.INCIDENT_CLOSED: (
        "Incident už je uzavřen",
        "The incident is closed already",
        "K uzavřenému incidentu nelze nic doplnit. Založte nový a odkažte na něj.",
        "Nothing is added to a closed incident. Open another one that refers to it.",
    ),
    Why.INCIDENT_ALTERED: (
        "Incident v databázi někdo změnil ručně",
        "Somebody changed the incident in the database by hand",
        "Uzavřít ho nelze: přepsalo by se, co v něm stálo. Nechte databázi prověřit a obnovte incident ze zálohy.",
        "It cannot be closed: what stood there would be overwritten. Have the database examined and restore a backup.",
    ),
    Why.TEXT_UNUSABLE: (
        "Text chybí nebo ho nelze uložit",
        "A text is missing or cannot be kept",
        f"Vyplňte povinná pole; řádek má nejvýše {TITLE_MAX} a text {TEXT_MAX} znaků.",
        f"Fill in what is needed; a line has {TITLE_MAX} and a text {TEXT_MAX} characters at most.",
    ),
    Why.TIMES_UNUSABLE: (
        "Uvedené časy nemohou být pravdivé",
        "The times cannot be true",
        "Nic z toho nemůže být v budoucnosti a začátek předchází zjištění.",
        "None of it can be in the future, and it began before it was noticed.",
    ),
    Why.TARGET_UNKNOWN: (
        "Takovou obec, aplikaci nebo uzavření neznáme",
        "There is no such municipality, application or closure",
        "Vyberte z nabídky.",
        "Choose one of those offered.",
    ),
    Why.ENTRY_UNKNOWN: (
        "Takový záznam v auditním záznamu není",
        "The audit log has no such entry",
        "Zkontrolujte jeho číslo.",
        "Check its number.",
    ),
    Why.EVIDENCE_THERE: (
        "Tento důkaz už incident má",
        "The incident has this evidence already",
        "Není třeba dělat nic.",
        "There is nothing to do.",
    ),
    Why.TOO_MUCH: (
        "Incident už má všeho příliš mnoho",
        "The incident holds too much already",
        f"Záznamů může být nejvýše {MOST_ENTRIES}; ostatní připojte jako hledání.",
        f"It takes {MOST_ENTRIES} entries at most; add the others as a search.",
    ),
    Why.CONDITIONS_UNREADABLE: (
        "Podmínky hledání nelze přečíst",
        "The conditions of the search cannot be read",
        "Vraťte se do auditního záznamu a hledejte znovu.",
        "Go back to the audit log and search again.",
    ),
    Why.REPORT_MISSING: (
        "Hlášení ještě není napsáno",
        "The report has not been written yet",
        "Nejprve ho napište, pak zaznamenejte jeho odeslání.",
        "Write it first, then record that it was sent.",
    ),
    Why.PURPOSE_MISSING: (
        "Chybí účel vydání",
        "The purpose is missing",
        "Vraťte se a napište, k čemu balíček bude.",
        "Go back and say what the bundle is for.",
    ),
}
REFUSALS: Mapping[Why, ShownRefusal] = {
    Why.FOR_ONESELF: OF_PEOPLE[NotDone.FOR_ONESELF],
    Why.SAME_PERSON: OF_PEOPLE[NotDone.SAME_PERSON],
    Why.NOT_CONFIRMED: OF_PEOPLE[NotDone.NOT_CONFIRMED],
    **{
        why: ShownRefusal(reason=why, title=both(cs=cs, en=en), advice=both(cs=do_cs, en=do_en))
        for why, (cs, en, do_cs, do_en) in TEXTS.items()
    },
}


async def done(act: Awaitable[T]) -> T:
    """Raises Refused where it came to nothing."""
    try:
        return await act
    except ActRefused as refused:
        raise Refused(REFUSALS[refused.reason], 409) from None
