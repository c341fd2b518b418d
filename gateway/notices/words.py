"""What a notice says to the person: a title and a few lines, in Czech or English. No secret, and no link:
whoever gets used to links in such messages follows a stranger's too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from config.places import Places
from config.settings import Title
from config.vocabulary import Language
from gateway.notices.device_words import (
    ADVICE_OF_DEVICES,
    OPENING_OF_DEVICES,
    TITLES_OF_DEVICES,
    facts_of_device,
)
from gateway.notices.notice import OF_DEVICES, OF_REQUESTS, Happened, NoticeKind
from gateway.notices.request_words import (
    ADVICE_OF_REQUESTS,
    OPENING_OF_REQUESTS,
    TITLES_OF_REQUESTS,
    facts_of_request,
)
from idp.http.moments import moment_text
from idp.http.place import place_text
from idp.http.user_agent import describe
from idp.http.ways_of_proof import FACTORS

TITLES: Mapping[NoticeKind, Title] = {
    NoticeKind.NEW_DEVICE: Title(cs="Nové přihlášení k vašemu účtu", en="New sign-in to your account"),
    NoticeKind.FACTOR_ADDED: Title(
        cs="K vašemu účtu přibyl způsob ověření", en="An authenticator was added to your account"
    ),
    NoticeKind.UPSTREAM_LINKED: Title(
        cs="K vašemu účtu se lze přihlásit přes jiného poskytovatele",
        en="Your account can be signed in to through another provider",
    ),
    NoticeKind.FACTOR_REMOVED: Title(
        cs="Z vašeho účtu byl odebrán způsob ověření", en="An authenticator was removed from your account"
    ),
    NoticeKind.RECOVERY_CODE_USED: Title(
        cs="K přihlášení byl použit záložní kód", en="A recovery code was used to sign in"
    ),
    NoticeKind.PASSWORD_CHANGED: Title(cs="Heslo k vašemu účtu bylo změněno", en="Your password was changed"),
    NoticeKind.PASSWORD_UNCERTAIN: Title(
        cs="Heslo k vašemu účtu možná bylo změněno", en="Your password may have been changed"
    ),
    NoticeKind.ALL_SESSIONS_ENDED: Title(
        cs="Váš účet byl odhlášen ve všech prohlížečích", en="Your account was signed out in all browsers"
    ),
    NoticeKind.RECOVERY_CODES_MADE: Title(
        cs="K vašemu účtu byly vytvořeny nové záložní kódy",
        en="New recovery codes were made for your account",
    ),
    NoticeKind.ENROLMENT_CODE_USED: Title(
        cs="Na váš účet byl použit kód od správce", en="An officer's code was used for your account"
    ),
    NoticeKind.EXCEPTION_GRANTED: Title(
        cs="K vašemu účtu nyní stačí samotné heslo", en="The password alone now opens your account"
    ),
    NoticeKind.RECOVERY_ADMINISTRATOR_USED: Title(
        cs="Přihlásil se nouzový správce", en="The recovery administrator signed in"
    ),
    **TITLES_OF_REQUESTS,
    **TITLES_OF_DEVICES,
}
OPENING: Mapping[NoticeKind, Title] = {
    NoticeKind.NEW_DEVICE: Title(
        cs="k vašemu účtu {login} se někdo přihlásil z prohlížeče, který jste dosud nepoužili.",
        en="somebody signed in to your account {login} with a browser that you had not used before.",
    ),
    NoticeKind.FACTOR_ADDED: Title(
        cs="k vašemu účtu {login} byl přidán další způsob ověření.",
        en="another authenticator was added to your account {login}.",
    ),
    NoticeKind.UPSTREAM_LINKED: Title(
        cs="váš účet {login} byl propojen s jiným poskytovatelem přihlášení. Ten teď může nahradit vaše heslo.",
        en="your account {login} was linked with another identity provider. It can stand in for your password now.",
    ),
    NoticeKind.FACTOR_REMOVED: Title(
        cs="z vašeho účtu {login} byl odebrán způsob ověření.",
        en="an authenticator was removed from your account {login}.",
    ),
    NoticeKind.RECOVERY_CODE_USED: Title(
        cs="k přihlášení k vašemu účtu {login} byl použit záložní kód. Podruhé už neplatí.",
        en="a recovery code was used to sign in to your account {login}. It cannot be used again.",
    ),
    NoticeKind.PASSWORD_CHANGED: Title(
        cs="heslo k vašemu účtu {login} bylo změněno.", en="the password of your account {login} was changed."
    ),
    NoticeKind.PASSWORD_UNCERTAIN: Title(
        cs="někdo, kdo znal heslo k vašemu účtu {login}, zadal nové, a není známo, zda je adresář úřadu přijal. Zkuste "
        "nejdřív nové heslo; nebude-li přijato, platí dál původní.",
        en="somebody who knew the password of your account {login} entered a new one, and it is not known whether the "
        "office directory took it. Try the new password first; if it is not accepted, the old one holds.",
    ),
    NoticeKind.ALL_SESSIONS_ENDED: Title(
        cs="váš účet {login} byl odhlášen ve všech prohlížečích.",
        en="your account {login} was signed out in all browsers.",
    ),
    NoticeKind.RECOVERY_CODES_MADE: Title(
        cs="k vašemu účtu {login} byly vytvořeny nové záložní kódy. Dřívější už neplatí.",
        en="new recovery codes were made for your account {login}. Earlier ones are good no more.",
    ),
    NoticeKind.ENROLMENT_CODE_USED: Title(
        cs="někdo zadal heslo k vašemu účtu {login} a kód, který vydal správce; může si teď přidat způsob ověření.",
        en="somebody entered the password of your account {login} and a code that an officer had issued; they can "
        "now add an authenticator.",
    ),
    NoticeKind.EXCEPTION_GRANTED: Title(
        cs="správce povolil, aby se k vašemu účtu {login} dočasně dalo přihlásit samotným heslem.",
        en="an officer allowed sign-in to your account {login} by password alone for a time.",
    ),
    NoticeKind.RECOVERY_ADMINISTRATOR_USED: Title(
        cs="někdo se přihlásil nouzovým účtem {login}, který není ničí osobní. Tajemství z obálky je tím použité.",
        en="somebody signed in with the account of last resort {login}, which is no person's. The secret of the "
        "envelope is used up by it.",
    ),
    **OPENING_OF_REQUESTS,
    **OPENING_OF_DEVICES,
}
GREETING = Title(cs="Dobrý den,", en="Good day,")
WHEN, DEVICE, WHERE = (
    Title(cs="Kdy", en="When"),
    Title(cs="Prohlížeč", en="Browser"),
    Title(cs="Odkud", en="From"),
)
WHICH, BY = Title(cs="Způsob ověření", en="Authenticator"), Title(cs="Provedl(a)", en="Done by")
UPSTREAM = Title(cs="Poskytovatel", en="Provider")
COUNTS_FROM = Title(cs="Platí plně od", en="Counts in full from")
UNTIL, ISSUED_BY = Title(cs="Platí do", en="Until"), Title(cs="Kód vydal(a)", en="Code issued by")
ADVICE = Title(
    cs="Byli jste to vy? Pak nemusíte nic dělat. Pokud ne, otevřete na portálu stránku Můj účet, odhlaste se "
    "všude a zavolejte: {support}.",
    en="Was it you? Then there is nothing to do. If not, open My account at the portal, sign out everywhere "
    "and call: {support}.",
)
OF_ADDED = Title(
    cs="Byli jste to vy? Pak nemusíte nic dělat. Pokud ne, otevřete na portálu stránku Můj účet, tento způsob ověření "
    "odeberte, odhlaste se všude, změňte si heslo a zavolejte: {support}.",
    en="Was it you? Then there is nothing to do. If not, open My account at the portal, remove this authenticator, "
    "sign out everywhere, change your password and call: {support}.",
)
OF_LINKED = Title(
    cs="Byli jste to vy? Pak nemusíte nic dělat. Pokud ne, otevřete na portálu stránku Můj účet, propojení zrušte, "
    "odhlaste se všude, změňte si heslo a zavolejte: {support}.",
    en="Was it you? Then there is nothing to do. If not, open My account at the portal, end the link, sign out "
    "everywhere, change your password and call: {support}.",
)
OF_OTHERS = Title(
    cs="Víte o tom? Pak nemusíte nic dělat. Pokud ne, zavolejte hned: {support}.",
    en="Do you know of it? Then there is nothing to do. If not, call at once: {support}.",
)
"""Advice about what somebody else did."""
ADVICES: Mapping[NoticeKind, Title] = {
    NoticeKind.FACTOR_ADDED: OF_ADDED,
    NoticeKind.UPSTREAM_LINKED: OF_LINKED,
    **ADVICE_OF_REQUESTS,
    **ADVICE_OF_DEVICES,
}
DONE_BY_OTHERS = frozenset({NoticeKind.EXCEPTION_GRANTED, NoticeKind.RECOVERY_ADMINISTRATOR_USED})
ADMINISTRATOR = Title(cs="správce", en="the administrator")
CLOSING = Title(
    cs="Tuto zprávu poslala Brána, {office}. Neodpovídejte na ni; o heslo ani kód si nikdy nepíšeme.",
    en="Brána of {office} sent this message. Do not answer it; we never write to ask for a password or a code.",
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What texts name besides what happened."""

    office: str
    support: str | None
    places: Places


def title_of(happened: Happened, language: Language) -> str:
    return TITLES[happened.kind].in_language(language)


def text_of(happened: Happened, language: Language, around: Surroundings) -> str:
    """The whole message, lines of any length."""
    support = around.support or ADMINISTRATOR.in_language(language)
    facts = "\n".join(
        f"{label.in_language(language)}: {value}" for label, value in _facts(happened, language, around)
    )
    advice = OF_OTHERS if happened.kind in DONE_BY_OTHERS else ADVICES.get(happened.kind, ADVICE)
    return "\n\n".join(
        (
            GREETING.in_language(language),
            OPENING[happened.kind].in_language(language).format(login=happened.person),
            facts,
            advice.in_language(language).format(support=support),
            CLOSING.in_language(language).format(office=around.office),
        )
    )


def _facts(happened: Happened, language: Language, around: Surroundings) -> list[tuple[Title, str]]:
    facts = happened.facts
    found = [(WHEN, moment_text(happened.at, language, "minute"))]
    if happened.kind in OF_REQUESTS:
        return [*found, *facts_of_request(facts, language)]
    if happened.kind in OF_DEVICES:
        return [*found, *facts_of_device(facts)]
    if "user_agent" in facts:
        found.append((DEVICE, describe(facts["user_agent"], language)))
    if "address" in facts:
        found.append((WHERE, place_text(facts["address"], around.places, language)))
    if "factor" in facts:
        kind = FACTORS[facts["factor"]].in_language(language)
        name = facts.get("authenticator", "")
        found.append((WHICH, f"{kind} – {name}" if name else kind))
    if "upstream" in facts:
        found.append((UPSTREAM, facts["upstream"]))
    if "counts_from" in facts:
        moment = datetime.fromisoformat(facts["counts_from"])
        found.append((COUNTS_FROM, moment_text(moment, language, "minute")))
    if "until" in facts:
        found.append((UNTIL, moment_text(datetime.fromisoformat(facts["until"]), language, "minute")))
    if "by" in facts:
        issued = happened.kind is NoticeKind.ENROLMENT_CODE_USED
        found.append((ISSUED_BY if issued else BY, facts["by"]))
    return found
