"""What is recorded, and how it is kept (decree 409/2025, § 22)."""

from collections.abc import Iterator
from datetime import timedelta

from config.settings import Title
from gateway.audit.entry import Code
from gateway.compliance.damage_words import BESIDE_THE_LOG, TOLD_OF_THE_LOG
from gateway.compliance.demand import Demand, Finding, Standing
from gateway.compliance.elsewhere import sent_on, vouched
from gateway.compliance.facts import Facts
from gateway.compliance.resting import unexplained
from gateway.compliance.wording import said
from idp.http.moments import PRAGUE

KEPT = 18  # months
UNSEALED = timedelta(minutes=1)  # for so long an entry may be changed unnoticed


def _spool(facts: Facts) -> Iterator[Finding]:
    if number := facts.count(Code.ACCESS_SPOOL_DAMAGED):
        text = said(
            "Poškozené řádky přístupového záznamu v období: {number}; zápis říká, co chybí.",
            "Damaged lines of the access log within the period: {number}; an entry says what is missing.",
            number=number,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    if number := facts.count(Code.ACCESS_CUT_OFF):
        text = said(
            "Požadavky, u nichž se po pádu neví, jak skončily: {number}.",
            "Requests of which nobody knows after a crash how they ended: {number}.",
            number=number,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    yield from unexplained(facts)


def _device(facts: Facts) -> Iterator[Finding]:
    browsers = said(
        "Zařízením je prohlížeč, který si od prvního přihlášení drží trvalé označení v cookie; kdo cookies smaže, "
        "má nové. Samotný počítač pozná Brána jen podle agenta, a zařízení s agentem tu nejsou zavedena.",
        "A device is a browser, which keeps a lasting name in a cookie from its first sign-in on; whoever "
        "deletes the cookies gets another. The machine itself is known by its agent alone, and there are no devices "
        "with agents here.",
    )
    if not facts.settings.devices.enabled:
        yield Finding(Standing.EXCEPTIONS, browsers, "devices.enabled", "true")
        return
    yield Finding(
        Standing.EXCEPTIONS,
        said(
            "Evidované zařízení má trvalé označení podle svého klíče. Jinde je zařízením prohlížeč, který si od "
            "prvního přihlášení drží označení v cookie: kdo cookies smaže, má nové, a o počítači pod ním se nic neví.",
            "An enrolled device has a lasting name, by its key. Elsewhere a device is a browser, which keeps its name "
            "in a cookie from its first sign-in on: whoever deletes the cookies gets another, and nothing is known of "
            "the machine below it.",
        ),
    )


def _whole(facts: Facts) -> Iterator[Finding]:
    verdict, every = facts.verdict, facts.settings.audit.checkpoint_every
    if verdict is None:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Záznam ještě nikdo neověřil: ověřte ho na stránce Neporušenost nebo příkazem brana audit verify.",
                "Nobody has verified the log yet: do it on the page Integrity, or by brana audit verify.",
            ),
        )
    elif not verdict.whole:
        yield Finding(
            Standing.NOT_MET,
            said(
                "Poslední ověření ({at}, zápis č. {number}) našlo poškození.",
                "The last verification ({at}, entry no. {number}) found damage.",
                at=verdict.at.astimezone(PRAGUE),
                number=str(verdict.sequence),
            ),
        )
    if number := facts.count(Code.LOG_END_ALTERED):
        text = said(
            "Za konec záznamu někdo v databázi ručně přidal nebo změnil zápisy: {number}×. Ověření je nepozná; která "
            "čísla to mohou být, říkají zápisy audit.end_altered.",
            "Somebody put entries behind the end of the log by hand in the database, or changed them: {number}×. A "
            "verification cannot tell; which numbers they may be, the entries audit.end_altered say.",
            number=number,
        )
        yield Finding(Standing.NOT_MET, text)
    for code, sentence in TOLD_OF_THE_LOG.items():
        if number := facts.count(code):
            yield Finding(
                Standing.NOT_MET,
                said(f"{sentence.cs}: {{number}}×.", f"{sentence.en}: {{number}}×.", number=number),
            )
    if every > UNSEALED:
        text = said(
            "Zápis lze nepozorovaně změnit až {every} po vzniku.",
            "An entry can be changed unnoticed for up to {every}.",
            every=every,
        )
        yield Finding(Standing.EXCEPTIONS, text, "audit.checkpoint_every", "1 s")
    if number := facts.count(Code.LOG_GAP):
        text = said(
            "V období se v záznamu našla mezera {number}×.",
            "Within the period gaps were found in the log {number}×.",
            number=number,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    yield from _beside_the_log(facts)
    yield from vouched(facts)
    yield from sent_on(facts)


def _beside_the_log(facts: Facts) -> Iterator[Finding]:
    for code, what in BESIDE_THE_LOG.items():
        if number := facts.count(code):
            text = said(
                "V databázi někdo ručně změnil {what}: {number}×. Brána to napravila; prověřte, kdo má do databáze "
                "přístup.",
                "Somebody changed {what} by hand in the database: {number}×. Brána has put it right; look into who "
                "has access to the database.",
                what=what,
                number=number,
            )
            yield Finding(Standing.EXCEPTIONS, text)
    if number := facts.count(Code.LOG_SHARD_NOT_DROPPED):
        text = said(
            "Měsíc, který se měl smazat, zůstal, protože se nedalo doložit, co v něm je: {number}×. Ověřte záznam.",
            "A month that was due to be deleted was kept, as nothing proved what is in it: {number}×. Verify the log.",
            number=number,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    if number := facts.count(Code.WITNESS_REFUSED):
        text = said(
            "Svědek odmítl potvrdit kontrolní bod záznamu: {number}×.",
            "A witness refused to cosign a checkpoint of the log: {number}×.",
            number=number,
        )
        yield Finding(Standing.NOT_MET, text)
    if number := facts.count(Code.LOG_FULL):
        text = said(
            "Pro nedostatek místa pro záznam se nikdo nepouštěl: {number}×.",
            "For want of room for the log nobody was let in: {number}×.",
            number=number,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    if number := facts.count(Code.RECEIVER_MISSED):
        text = said(
            "Zápisy, které se smazaly dřív, než je příjemce dostal: {number}×.",
            "Entries that were deleted before a receiver had them: {number}×.",
            number=number,
        )
        yield Finding(Standing.EXCEPTIONS, text)


def _kept(facts: Facts) -> Iterator[Finding]:
    if facts.settings.audit.kept_months < KEPT:
        text = said(
            "Zápisy se mažou {kept} měsíců po posledním v měsíci, dříve než po 18.",
            "Entries are deleted {kept} months behind the last one of a month, sooner than after 18.",
            kept=facts.settings.audit.kept_months,
        )
        yield Finding(Standing.NOT_MET, text, "audit.kept_months", "18")


def _clock(facts: Facts) -> Iterator[Finding]:
    if number := facts.count(Code.CLOCK_JUMPED):
        text = said(
            "V období se hodiny skokem změnily {number}×.",
            "Within the period the clock jumped {number}×.",
            number=number,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    yield Finding(
        Standing.OUTSIDE,
        said(
            "Hodiny stroje má stále seřizovat služba systému (například chrony) podle důvěryhodného zdroje času.",
            "A service of the system (chrony, say) is to keep the machine's clock by a trusted source of time.",
        ),
    )


def _always(cs: str, en: str) -> Title:
    return Title(
        cs=f"{cs} Zápis vzniká ve stejné transakci jako čin a žádné nastavení ho nevypne.",
        en=f"{en} The entry is made in the transaction of the act, and no setting switches it off.",
    )


RECORDING = (
    Demand(
        id="record-sign-ins",
        section="§ 22",
        title=Title(cs="Záznam přihlášení a odhlášení", en="Signing in and out is recorded"),
        asks=Title(
            cs="Zaznamenává se přihlášení a odhlášení, i nezdařené.",
            en="Signing in and out is recorded, failures too.",
        ),
        how=lambda _: _always("Zaznamená se každý krok přihlášení.", "Each step of a sign-in is recorded."),
        codes=(
            Code.SIGN_IN_COMPLETED,
            Code.SIGN_IN_FAILED,
            Code.SIGN_IN_PASSWORD_REFUSED,
            Code.SIGN_OUT,
            Code.SESSION_ENDED,
        ),
    ),
    Demand(
        id="record-access",
        section="§ 22",
        title=Title(cs="Záznam přístupů a zamítnutí", en="Access and refusals are recorded"),
        asks=Title(
            cs="Zaznamenává se použití a odmítnutí přístupu.",
            en="Use of access and its refusal are recorded.",
        ),
        how=lambda _: said(
            "Každý požadavek, který Brána pustila nebo zamítla, má zápis s důvodem a pravidlem, i ten, který prošel "
            "podle dřívějšího rozhodnutí: to rozhodnutí jmenuje. Při nedostatku místa se nikdo nepustí.",
            "Each request that Brána let through or refused has an entry with reason and policy, also one that "
            "passed by an earlier decision, which it names; where there is no room for it, nobody is let in.",
        ),
        check=_spool,
        codes=(
            Code.ACCESS,
            Code.DECISION_REFUSE,
            Code.TECHNICAL_REFUSED,
            Code.ACCESS_SPOOL_DAMAGED,
            Code.ACCESS_CUT_OFF,
        ),
    ),
    Demand(
        id="record-privileged",
        section="§ 22",
        title=Title(
            cs="Záznam privilegovaných činností a změn účtů",
            en="Privileged acts and changes of accounts are recorded",
        ),
        asks=Title(
            cs="Zaznamenávají se činnosti správců a změny účtů, oprávnění a nastavení.",
            en="Acts of administrators and changes of accounts, rights and settings are recorded.",
        ),
        how=lambda _: _always(
            "Zaznamená se, kdo co změnil, kdo to schválil a čím se verze liší.",
            "It is recorded who changed what, who approved it, and how versions differ.",
        ),
        codes=(
            Code.CONFIGURATION_RELOADED,
            Code.STARTED_WITH_OTHER_SETTINGS,
            Code.POLICY_ACTIVATED,
            Code.POLICY_ROLLED_BACK,
            Code.EXCEPTION_GRANTED,
            *(Code.FACTOR_REMOVED, Code.BLOCK_LIFTED, Code.PERSON_SUSPENDED, Code.ACCESS_REMOVED),
            *(Code.DEVICE_APPROVED, Code.DEVICE_BLOCKED, Code.RECOVERY_USED, Code.TECHNICAL_SECRET_ISSUED),
            Code.OFFICER_ACT_REFUSED,
            Code.FACTS_CHANGED,
        ),
    ),
    Demand(
        id="record-operation",
        section="§ 22",
        title=Title(
            cs="Záznam startů, zastavení a závažných chyb",
            en="Starts, stops and critical errors are recorded",
        ),
        asks=Title(
            cs="Zaznamenává se start, zastavení a kritické chyby.",
            en="Starting, stopping and critical errors are recorded.",
        ),
        how=lambda _: _always(
            "Zaznamená se start a konec, pád i zaseknutí částí.",
            "Starts and stops, crashes and hanging parts are recorded.",
        ),
        codes=(
            Code.STARTED,
            Code.STOPPED,
            Code.DATA_PLANE_DIED,
            Code.PROCESS_HUNG,
            Code.DIRECTORY_UNREACHABLE,
        ),
    ),
    Demand(
        id="record-reading",
        section="§ 22",
        title=Title(cs="Záznam přístupu k záznamům", en="Access to the log is recorded"),
        asks=Title(
            cs="Zaznamenává se čtení záznamů, pokusy o jejich změnu a změny zaznamenávání.",
            en="Reading of the log is recorded, attempts to alter it, and changes of recording.",
        ),
        how=lambda _: said(
            "Každé nahlédnutí, vývoz i tato zpráva má zápis s účelem dřív, než se cokoli ukáže. "
            "Změnu v databázi najde ověření.",
            "Each look, export and this report has its entry, with its purpose, before anything is shown. "
            "What was "
            "altered in the database a verification finds.",
        ),
        codes=(
            *(Code.LOG_SEARCHED, Code.LOG_VERIFIED, Code.LOG_ACT_REFUSED),
            *(Code.CONFIGURATION_RELOADED, Code.STARTED_WITH_OTHER_SETTINGS),
        ),
    ),
    Demand(
        id="fields",
        section="§ 22",
        title=Title(cs="Údaje zápisu", en="Fields of an entry"),
        asks=Title(
            cs="Datum a čas s pásmem, druh činnosti, zaznamenávající prvek, účet, zařízení (i při změně "
            "adresy), výsledek.",
            en="Date and time with zone, kind of activity, recording asset, account, device (also when "
            "addresses change), outcome.",
        ),
        how=lambda _: said(
            "Čas v UTC na mikrosekundy a čas přijetí, kód činnosti, uzel, osoba s účtem a relací, adresa, "
            "zařízení, prohlížeč, výsledek s "
            "důvodem, pravidlo a jeho verze, číslo požadavku.",
            "Time in UTC to the microsecond and time received, code of the act, node, person with account "
            "and session, address, "
            "device, browser, outcome with reason, policy and version, request number.",
        ),
        check=_device,
        codes=(Code.NEW_DEVICE,),
    ),
    Demand(
        id="whole",
        section="§ 22",
        title=Title(cs="Důvěrnost a neporušenost záznamů", en="The log is confidential and whole"),
        asks=Title(
            cs="Záznamy jsou chráněny před neoprávněným čtením a změnou a jsou na jednom místě.",
            en="Records are kept from unauthorised reading and change, in one place.",
        ),
        how=lambda facts: said(
            "Strom otisků (RFC 9162, SHA-256) s podpisem Ed25519 {every:every}, kdykoli se něco stalo; "
            "číst smějí jen "
            "bezpečnostní správce a auditor, a čtenář obce to, co se jí týká.",
            "A tree of hashes (RFC 9162, SHA-256), signed by Ed25519 {every:every} whenever something "
            "happened; only security officers and auditors may read, and a reader of a municipality what concerns it.",
            every=facts.settings.audit.checkpoint_every,
        ),
        check=_whole,
        codes=(
            *(Code.LOG_VERIFIED, Code.LOG_GAP, Code.LOG_END_ALTERED, *TOLD_OF_THE_LOG, *BESIDE_THE_LOG),
            *(Code.LOG_SHARD_NOT_DROPPED, Code.LOG_FULL),
            *(Code.WITNESS_REFUSED, Code.RECEIVER_DOWN, Code.RECEIVER_MISSED),
        ),
    ),
    Demand(
        id="kept",
        section="§ 22",
        lower=False,
        title=Title(cs="Uchování nejméně 18 měsíců", en="Kept for 18 months at least"),
        asks=Title(
            cs="Záznamy se uchovávají nejméně 18 měsíců.", en="Records are kept for 18 months at least."
        ),
        how=lambda facts: said(
            "Každý měsíc záznamu se maže jako celek, {kept} měsíců po svém posledním zápisu; zadržené se nemaže.",
            "Each month of the log is deleted as a whole, {kept} months behind its last entry; what is held is not.",
            kept=facts.settings.audit.kept_months,
        ),
        check=_kept,
        codes=(Code.LOG_SHARD_DROPPED, Code.LOG_HOLD_PLACED, Code.LOG_HOLD_LIFTED),
    ),
    Demand(
        id="clock",
        section="§ 22",
        title=Title(cs="Trvale seřízené hodiny", en="Clocks synchronised continuously"),
        asks=Title(
            cs="Hodiny prvků, které zaznamenávají, se trvale seřizují.",
            en="Clocks of what records are synchronised continuously.",
        ),
        how=lambda _: said(
            "Brána hlídá systémové hodiny: skok o více než sekundu zaznamená a čas v záznamu nikdy necouvne.",
            "Brána watches the system's clock: a jump of more than a second is recorded, and time in the "
            "log never goes back.",
        ),
        check=_clock,
        codes=(Code.CLOCK_JUMPED,),
    ),
)
