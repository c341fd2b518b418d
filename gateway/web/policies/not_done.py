"""What somebody is told whose act on the policies came to nothing, by its named reason."""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

from config.vocabulary import Language
from gateway.policy_office.proposal import LARGEST, LONGEST_TEXT, MOST_FILES, MOST_OPEN
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.web.desk import Refused
from gateway.web.refusal import ShownRefusal, both
from gateway.web.same_person import by_another_account
from policies.bound import LARGEST as LARGEST_TEXT
from policies.bound import MOST_LINES, MOST_OWN
from policies.model import Text
from policies.parts import MOST_NAMED

T = TypeVar("T")

TEXTS: Mapping[Refusal, tuple[int, str, str, str, str]] = {
    Refusal.UNKNOWN: (
        404,
        "Takový návrh tu není",
        "There is no such proposal",
        "Neexistuje, nebo patří jiné obci. Jednáte-li za více obcí, přepněte se na portálu.",
        "It does not exist, or is another municipality's. If you act for several, switch in the portal.",
    ),
    Refusal.VERSION_UNKNOWN: (
        404,
        "Taková verze tu není",
        "There is no such version",
        "Vyberte ji ze seznamu verzí.",
        "Choose it from the list of versions.",
    ),
    Refusal.NOT_YOURS: (
        404,
        "Pravidla jiné obce tu neuvidíte",
        "Policies of another municipality are not shown here",
        "Jednáte-li za více obcí, přepněte se na portálu.",
        "If you act for several municipalities, switch in the portal.",
    ),
    Refusal.NOT_CENTRE: (
        403,
        "To náleží úřadu technologického centra",
        "This is for the office that runs the centre",
        "Týká se to všech obcí. Jednáte-li i za úřad centra, přepněte se na portálu; jinak požádejte jeho správce.",
        "It concerns every municipality. Acting for the office of the centre too? Switch in the portal, or ask it.",
    ),
    Refusal.OWN: (
        403,
        "Vlastní návrh schválit nelze",
        "You may not approve your own proposal",
        "Podíleli jste se na něm. Požádejte někoho jiného, kdo smí pravidla schvalovat.",
        "You had a hand in it. Ask somebody else who may approve policies.",
    ),
    Refusal.NOT_NOW: (
        409,
        "S návrhem to teď udělat nelze",
        "That cannot be done with the proposal now",
        "Mezitím se dostal do jiného stavu. Podívejte se na něj znovu.",
        "It is in another state meanwhile. Look at it again.",
    ),
    Refusal.CHANGED_MEANWHILE: (
        409,
        "Pravidla se mezitím změnila",
        "The policies have changed meanwhile",
        (
            "Návrh vychází z pravidel, která už neplatí, a teď ho schválit nelze. Kdo smí návrhy měnit, ho na jeho "
            "stránce naváže na dnešní pravidla a znovu předloží."
        ),
        (
            "The proposal was begun from policies that are in force no more, and cannot be approved now. Whoever may "
            "change proposals sets it upon today's policies on its page, and submits it again."
        ),
    ),
    Refusal.CHANGED_BY_BOTH: (
        409,
        "Totéž změnil i někdo jiný",
        "Somebody else has changed the same",
        "Na stránce návrhu u každého takového místa zvolte, co má platit, a navažte návrh znovu.",
        "Choose for each such place on the proposal's page what is to hold, and set it upon today's policies again.",
    ),
    Refusal.EDITED_MEANWHILE: (
        409,
        "Návrh mezitím někdo změnil",
        "Somebody has changed the proposal meanwhile",
        "Podívejte se na něj znovu, jak je teď.",
        "Look at it again, as it is now.",
    ),
    Refusal.CHECKS_FAILED: (
        409,
        "Návrh neprošel kontrolami",
        "The proposal did not pass its checks",
        "Co je třeba opravit, stojí na stránce návrhu.",
        "The page of the proposal says what has to be mended.",
    ),
    Refusal.LEFT_WITHOUT: (
        409,
        "Obec by zůstala bez pravidel",
        "The municipality would be left without policies",
        (
            "Nikdo by tam nic neotevřel, ani tyto stránky. Ponechte jí aspoň jedno pravidlo; má-li se obec uzavřít, "
            "požádejte technologické centrum o uzavření při incidentu."
        ),
        (
            "Nobody could open anything there, nor these pages. Leave it one policy at least; if it is to be closed, "
            "ask the technology centre for its incident switch."
        ),
    ),
    Refusal.STALE: (
        409,
        "Schvalovali jste jiný text",
        "You have approved another text",
        "Návrh se mezitím změnil. Přečtěte si ho znovu.",
        "The proposal has changed meanwhile. Read it again.",
    ),
    Refusal.NOTHING_NEW: (
        409,
        "Nic by se nezměnilo",
        "Nothing would change",
        "Je to právě to, co platí.",
        "It says just what is in force.",
    ),
    Refusal.NOT_OF_SCOPE: (
        409,
        "Tento soubor k pravidlům nepatří",
        "This file is none of these policies",
        "Pojmenujte ho tak, jak to stránka radí.",
        "Name it as the page says.",
    ),
    Refusal.TOO_LARGE: (
        413,
        "Text pravidel je příliš dlouhý",
        "The text of the policies is too long",
        (
            "Nic jsme neuložili. Jeden formulář pojme 256 KiB odesílaného textu, jeden soubor "
            f"{LARGEST_TEXT:_} znaků, {MOST_LINES:_} řádků a {MOST_OWN} pravidel, celá pravidla {LARGEST >> 20} MiB "
            f"v nejvýše {MOST_FILES} souborech "
            f"a {MOST_NAMED} částí aplikací, které nastavení nezná. Vraťte se o stránku zpět a text zkraťte."
        ).replace("_", "\u00a0"),
        (
            "Nothing was saved. One form holds 256 KiB of text as it is sent, one file "
            f"{LARGEST_TEXT:,} characters, {MOST_LINES:,} lines and {MOST_OWN} policies, all policies together "
            f"{LARGEST >> 20} MiB in {MOST_FILES} files at most, "
            f"and {MOST_NAMED} parts of applications that the settings do not know. "
            "Go back one page and shorten the text."
        ),
    ),
    Refusal.TAKES_LONG: (
        503,
        "Čtení pravidel trvá příliš dlouho",
        "Reading these policies takes long",
        (
            "Pokračujeme v něm, stránku otevřete znovu za chvíli. Nic jsme nezměnili. Opakuje-li se to, text pravidel "
            "zkraťte."
        ),
        "It goes on: open the page again in a while. Nothing was changed. If it happens again, shorten the text.",
    ),
    Refusal.TOO_MANY: (
        409,
        "Rozpracovaných návrhů je příliš mnoho",
        "There are too many proposals on their way",
        f"Nejvýše {MOST_OPEN} najednou. Stáhněte ty, které už nikdo nepotřebuje.",
        f"At most {MOST_OPEN} at once. Withdraw those that nobody needs any more.",
    ),
    Refusal.APPROVER_GONE: (
        409,
        "Kdo návrh schválil, už schvalovat nesmí",
        "Whoever approved the proposal may do so no more",
        "Předložte ho znovu a požádejte o schválení někoho, kdo smí.",
        "Submit it again, and ask somebody who may to approve it.",
    ),
    Refusal.TIME_PAST: (
        409,
        "Tento čas už uplynul",
        "This time is over",
        "Zvolte čas, který teprve přijde, nebo schvalte hned.",
        "Choose a time to come, or approve at once.",
    ),
    Refusal.TIME_FAR: (
        409,
        "Tento čas je příliš daleko",
        "This time is too far ahead",
        "Zvolte čas do jednoho roku.",
        "Choose a time within a year.",
    ),
    Refusal.DAMAGED: (
        503,
        "Uložená pravidla jsou poškozena",
        "The policies that are kept are damaged",
        "Nic podle nich nerozhodujeme: {contact}.",
        "Nothing is decided by them: {contact}.",
    ),
    Refusal.UNEXPLAINED: (
        409,
        "Chybí vysvětlení",
        "An explanation is missing",
        f"Vraťte se a napište proč, nejvýše {LONGEST_TEXT} znaků a bez znaků, které nejsou vidět.",
        f"Go back and write why, in {LONGEST_TEXT} characters or less, all of which can be seen.",
    ),
    Refusal.INCIDENT_UNKNOWN: (
        404,
        "Takové uzavření tu není",
        "There is no such closure",
        "Podívejte se, co je teď uzavřeno.",
        "See what is closed now.",
    ),
    Refusal.INCIDENT_UNUSABLE: (
        409,
        "Takto uzavřít nelze",
        "It cannot be closed like this",
        (
            "Zvolte druh s jeho cílem a napište důvod v obou jazycích, každý na jeden řádek, nejvýše 500 znaků a bez "
            "složených závorek."
        ),
        (
            "Choose a kind with its target, and write the reason in both languages, each on one line, 500 "
            "characters at "
            "most and without braces."
        ),
    ),
    Refusal.INCIDENT_TARGET: (
        409,
        "Takový cíl tu není",
        "There is no such target",
        "Vyberte aplikaci nebo obec z nabídky.",
        "Choose an application or a municipality from those offered.",
    ),
    Refusal.INCIDENT_CLOSED: (
        409,
        "Toto už je uzavřeno",
        "This is closed already",
        "Podívejte se, co je teď uzavřeno.",
        "See what is closed now.",
    ),
    Refusal.INCIDENT_OVER: (
        409,
        "Toto už je zase otevřeno",
        "This is open again already",
        "Podívejte se, co je teď uzavřeno.",
        "See what is closed now.",
    ),
}
REFUSALS: Mapping[Refusal, tuple[ShownRefusal, int]] = {
    reason: (ShownRefusal(reason=reason, title=both(title_cs, title_en), advice=both(cs, en)), status)
    for reason, (status, title_cs, title_en, cs, en) in TEXTS.items()
} | {Refusal.SAME_PERSON: (by_another_account(), 403)}


UNEXPLAINED: Text = {
    Language.CZECH: f"Napište proč, nejvýše {LONGEST_TEXT} znaků a bez znaků, které nejsou vidět.",
    Language.ENGLISH: f"Write why, in {LONGEST_TEXT} characters or less, all of which can be seen.",
}
"""Beside the field."""
INVALID = "form_not_filled_in"


def told(refused: ActRefused) -> Refused:
    """Which account it was is told to whoever it belongs to."""
    shown, status = REFUSALS[refused.reason]
    if refused.reason is Refusal.SAME_PERSON:
        shown = by_another_account(refused.account)
    return Refused(shown, status)


async def done(act: Awaitable[T]) -> T:
    """Raises Refused where it came to nothing."""
    try:
        return await act
    except ActRefused as refused:
        raise told(refused) from refused
