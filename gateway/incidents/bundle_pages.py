"""The texts of a bundle that people read: plain pages that need nothing from elsewhere. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from config.settings import Title
from config.vocabulary import Language
from gateway.incidents.called import Called
from gateway.incidents.incident import ReportKind
from gateway.incidents.items import (
    REPORT_FIELDS,
    Body,
    Closure,
    Damaged,
    EntryEvidence,
    Held,
    Note,
    Report,
    SearchEvidence,
    Sent,
)
from gateway.incidents.named import FIELDS, KINDS, REPORTS, SEVERITIES, difference_text
from gateway.incidents.office import Shown
from gateway.incidents.suspension import Suspension
from idp.http.moments import moment_text

WORDS = {
    "incident": Title(cs="Incident", en="Incident"),
    "kind": Title(cs="Druh", en="Kind"),
    "severity": Title(cs="Závažnost", en="Severity"),
    "noticed": Title(cs="Zjištěno", en="Noticed"),
    "began": Title(cs="Začátek", en="Began"),
    "municipalities": Title(cs="Dotčené obce", en="Municipalities concerned"),
    "applications": Title(cs="Dotčené aplikace", en="Applications concerned"),
    "description": Title(cs="Popis", en="Description"),
    "conclusion": Title(cs="Závěr", en="Conclusion"),
    "opened": Title(cs="Založil(a)", en="Opened by"),
    "closed": Title(cs="Uzavřel(a)", en="Closed by"),
    "suspended": Title(cs="Pozastavená osoba", en="Person suspended"),
    "device": Title(cs="Pozastavené zařízení", en="Device suspended"),
    "written": Title(cs="Zapsáno", en="Written down"),
    "entry": Title(cs="Záznam auditního záznamu", en="Entry of the audit log"),
    "entries": Title(cs="Záznamy", en="Entries"),
    "search": Title(cs="Hledání v auditním záznamu", en="Search of the audit log"),
    "closure": Title(cs="Uzavřený přístup", en="Access closed"),
    "held": Title(cs="Zadržené záznamy", en="Records held"),
    "sent": Title(cs="Odesláno", en="Sent"),
    "unreadable": Title(cs="NEČITELNÉ, v databázi stojí", en="UNREADABLE, what stands in the database"),
    "not_proven": Title(cs="NENÍ DOLOŽEN", en="NOT PROVEN"),
}
STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "dt{font-weight:bold}dd{margin:0 0 .5rem;white-space:pre-wrap}pre{white-space:pre-wrap;overflow-wrap:anywhere}"
)
README = {
    Language.CZECH: """Balíček bezpečnostního incidentu {number}: {title}

Vydal(a): {by}
Kdy:      {at}
Účel:     {purpose}

incident.html, incident.json   co je o incidentu zapsáno
reports/                       hlášení v posledním znění (HTML, Markdown, JSON)
entries/entries.html           záznamy auditního záznamu ke čtení
entries/entries.jsonl          tytéž záznamy přesně v bytech, ze kterých se počítá jejich otisk
entries/proofs/                důkaz ke každému záznamu (C2SP tlog-proof)
checkpoint.txt                 poslední podepsaný kontrolní bod auditního záznamu
log-key.txt                    klíč auditního záznamu
brana_verify.py                program, který důkazy ověří; potřebuje Python a balíček cryptography
manifest.json, SHA256SUMS      otisky všech souborů
statement.json                 prohlášení podepsané auditním záznamem, že vydal manifest.json s těmito otisky

Ověření (klíč si vyžádejte také jinou cestou než tímto balíčkem):

    python3 brana_verify.py --key "$(cat log-key.txt)" statement.json entries/proofs/*.tlog-proof

To najde každý soubor, který se změnil, chybí nebo přibyl. SHA256SUMS sám nedokládá nic: kdo změní soubor, změní
i jeho otisk.

Balíček obsahuje osobní údaje. Nakládejte s ním jako s auditním záznamem.
""",
    Language.ENGLISH: """Bundle of security incident {number}: {title}

Made by: {by}
When:    {at}
Purpose: {purpose}

incident.html, incident.json   what was written down of the incident
reports/                       the reports in their last version (HTML, Markdown, JSON)
entries/entries.html           entries of the audit log, to be read
entries/entries.jsonl          the same entries in the very bytes that are hashed
entries/proofs/                the proof of each entry (C2SP tlog-proof)
checkpoint.txt                 the newest signed checkpoint of the audit log
log-key.txt                    the key of the audit log
brana_verify.py                the program that verifies the proofs; it needs Python and the package cryptography
manifest.json, SHA256SUMS      hashes of all files
statement.json                 a statement, signed by the audit log, that it handed out manifest.json with these hashes

To verify (ask for the key by another way than this bundle, too):

    python3 brana_verify.py --english --key "$(cat log-key.txt)" statement.json entries/proofs/*.tlog-proof

This finds every file that was changed, is missing or was added. SHA256SUMS alone proves nothing: whoever changes a file
changes its hash, too.

The bundle holds personal data. Treat it as you treat the audit log.
""",
}
FOUND = {
    Language.CZECH: "nalezeno záznamů: {found}, ze {size} v auditním záznamu; v balíčku nejsou",
    Language.ENGLISH: "entries found: {found}, of {size} in the audit log; they are not in this bundle",
}
SEARCHES = {
    Language.CZECH: "\nDůkazem jsou i hledání: balíček má jejich podmínky a počty, ne záznamy, které našla. "
    "O ty požádejte\núřad zvlášť, jako o výpis s důkazy.\n",
    Language.ENGLISH: "\nSearches are evidence, too: the bundle has their conditions and counts, and not the entries "
    "that they\nfound. Ask the office for these, as an export with proofs.\n",
}
TROUBLES = {
    Language.CZECH: "\nPOZOR: tyto záznamy nelze doložit. Jejich obsah je v entries/not-proven jako důkaz, "
    "ne jako pravda:\n",
    Language.ENGLISH: "\nBEWARE: these entries cannot be proven. What stands there is in entries/not-proven as "
    "evidence, not as truth:\n",
}


ALTERED = {
    Language.CZECH: "\nPOZOR: co je o incidentu zapsáno, se s auditním záznamem neshoduje:\n",
    Language.ENGLISH: "\nBEWARE: what is written down of the incident is not what the audit log has of it:\n",
}


def readme(
    shown: Shown,
    language: Language,
    by: str,
    purpose: str,
    at: datetime,
    troubles: Sequence[tuple[int, str]],
) -> str:
    one = shown.incident
    facts = {"number": one.number, "title": one.described.title, "by": by, "purpose": purpose}
    text = README[language].format(at=moment_text(at, language), **facts)
    if any(isinstance(item.body, SearchEvidence) for item in shown.items):
        text += SEARCHES[language]
    if shown.differences:
        altered = "".join(f"    {difference_text(each, language)}\n" for each in shown.differences)
        text += ALTERED[language] + altered
    if not troubles:
        return text
    return text + TROUBLES[language] + "".join(f"    {number}: {why}\n" for number, why in troubles)


def incident_page(shown: Shown, suspensions: Sequence[Suspension], language: Language, called: Called) -> str:
    one, said = shown.incident, shown.incident.described

    def when(at: datetime | None) -> str:
        return moment_text(at, language) if at else "–"

    facts = [
        ("kind", KINDS[said.kind].in_language(language)),
        ("severity", SEVERITIES[said.severity].in_language(language)),
        ("noticed", when(said.noticed_at)),
        ("began", when(said.began_at)),
        ("municipalities", ", ".join(called.municipality(each) for each in said.municipalities) or "–"),
        ("applications", ", ".join(called.application(each, language) for each in said.applications) or "–"),
        ("description", said.description or "–"),
        ("opened", f"{one.opened_by.name}, {when(one.opened_at)}"),
    ]
    if one.closed_by is not None:
        facts += [("closed", f"{one.closed_by.name}, {when(one.closed_at)}"), ("conclusion", one.conclusion)]
    facts += [
        (
            "suspended" if each.device is None else "device",
            f"{each.name or each.login} ({each.login}), {when(each.since)}, {each.by.name}: {each.why}",
        )
        for each in suspensions
    ]
    rows = [(WORDS[name].in_language(language), value) for name, value in facts]
    written = [
        (f"{when(item.at)}, {item.by.name}", in_words(item.body, language, called)) for item in shown.items
    ]
    title = f"{_word('incident', language)} {one.number}: {said.title}"
    heading = f"<h2>{_word('written', language)}</h2>"
    return _page(title, _altered(shown, language) + _facts(rows) + heading + _facts(written), language)


def _altered(shown: Shown, language: Language) -> str:
    if not shown.differences:
        return ""
    found = "".join(f"<li>{escape(difference_text(each, language))}</li>" for each in shown.differences)
    return f"<p><strong>{escape(ALTERED[language].strip())}</strong></p><ul>{found}</ul>"


def entries_page(shown: Shown, entries: Iterable[tuple[int, str, str, str]], language: Language) -> str:
    """Each with its number, sentence, content, and why it is not proven."""
    parts = []
    for number, sentence, content, trouble in entries:
        marked = (
            f"<p><strong>{_word('not_proven', language)}:</strong> {escape(trouble)}</p>" if trouble else ""
        )
        parts.append(f"<h2>{number}</h2>{marked}<p>{escape(sentence)}</p><pre>{escape(content)}</pre>")
    title = f"{_word('incident', language)} {shown.incident.number}: {_word('entries', language)}"
    return _page(title, "".join(parts) or "<p>–</p>", language)


def report_page(shown: Shown, kind: ReportKind, text: Report, language: Language) -> str:
    rows = [(FIELDS[name].in_language(language), getattr(text, name) or "–") for name in REPORT_FIELDS]
    return _page(_title(shown, kind, language), _facts(rows), language)


def report_markdown(shown: Shown, kind: ReportKind, text: Report, language: Language) -> str:
    """What was typed stays as it was: an indented block, so that nothing in it becomes markup."""
    parts = [f"# {_title(shown, kind, language)}\n"]
    for name in REPORT_FIELDS:
        lines = (getattr(text, name) or "–").split("\n")
        block = "\n".join(f"    {line}".rstrip() for line in lines)
        parts.append(f"\n## {FIELDS[name].in_language(language)}\n\n{block}\n")
    return "".join(parts)


def _title(shown: Shown, kind: ReportKind, language: Language) -> str:
    one = shown.incident
    name = f"{_word('incident', language)} {one.number}: {one.described.title}"
    return f"{name} – {REPORTS[kind].in_language(language)}"


def in_words(body: Body | Damaged, language: Language, called: Called) -> str:
    """What an item says."""
    if isinstance(body, Damaged):
        return f"{_word('unreadable', language)}: {body.kept}"
    return _said(body, language, called)


def _said(body: Body, language: Language, called: Called) -> str:
    match body:
        case Note():
            return body.text
        case EntryEvidence():
            return f"{_word('entry', language)} {body.sequence} ({body.leaf})"
        case SearchEvidence():
            asked = ", ".join(
                f"{name}={called.value(name, value, language)}" for name, value in body.conditions.items()
            )
            count = f"> {body.found}" if body.at_least else str(body.found)
            found = FOUND[language].format(found=count, size=body.size)
            return f"{_word('search', language)}: {asked} – {found}"
        case Closure():
            at = _moment(body.closed_at, language)
            return f"{_word('closure', language)}: {body.what}, {at}, {body.closed_by}"
        case Report():
            return "\n".join(
                [
                    REPORTS[body.kind].in_language(language),
                    *(
                        f"{FIELDS[name].in_language(language)}: {getattr(body, name)}"
                        for name in REPORT_FIELDS
                        if getattr(body, name)
                    ),
                ]
            )
        case Sent() | Held():
            return _done(body, language)


def _done(body: Sent | Held, language: Language) -> str:
    if isinstance(body, Held):
        since, until = (_moment(one, language) for one in (body.since, body.until))
        return f"{_word('held', language)}: {since} – {until} ({body.hold})"
    kind = REPORTS[body.kind].in_language(language)
    return f"{_word('sent', language)}: {kind}, {_moment(body.sent_at, language)}, {body.recipient}"


def _moment(text: str, language: Language) -> str:
    """Of a moment as an item keeps it."""
    try:
        return moment_text(datetime.fromisoformat(text), language)
    except ValueError:
        return text


def _word(name: str, language: Language) -> str:
    return WORDS[name].in_language(language)


def _facts(rows: Iterable[tuple[str, str]]) -> str:
    return (
        "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows) + "</dl>"
    )


def _page(title: str, content: str, language: Language) -> str:
    return (
        f'<!doctype html><html lang="{language.value}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{content}</body></html>\n"
    )
