"""What is written beside an export with proofs, for whoever opens it: how to check it, and what it proves."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.vocabulary import MunicipalityCode
from gateway.audit.selection import NAMES, Wanted


@dataclass(frozen=True, slots=True)
class Said:
    """What differs from kind to kind, in one language."""

    begins: str
    """What it is, of how many entries, for what."""
    beside: str
    """The files that prove."""
    proves: str


CZECH = """{begins}{name:<22}záznamy ke čtení
{beside}
log-key.txt           klíč auditního záznamu
brana_verify.py       program, který vše ověří; potřebuje Python 3.9 a balíček cryptography, nic z Brány

Ověření (rozbalte celou složku; klíč si vyžádejte i jinou cestou než tímto souborem a porovnejte ho):

    python3 brana_verify.py --key "$(cat log-key.txt)" proofs.jsonl

{proves}
Soubor obsahuje osobní údaje. Nakládejte s ním jako s auditním záznamem.
"""
ENGLISH = """{begins}{name:<22}the entries, to be read
{beside}
log-key.txt           the log's key
brana_verify.py       the program that verifies all of it; it needs Python 3.9 and cryptography, nothing of Brána

To verify (unpack the whole folder; ask for the key by another way than this file, too, and compare it):

    python3 brana_verify.py --english --key "$(cat log-key.txt)" proofs.jsonl

{proves}
The file holds personal data. Treat it as you treat the audit log.
"""

STATED_CZECH = """\
proofs.jsonl          prohlášení podepsané auditním záznamem: čísla záznamů a otisk souboru ke čtení"""
STATED_ENGLISH = """\
proofs.jsonl          a statement that the log signed: the numbers of the entries, the digest of the file to be read"""

STATED_PROVES_CZECH = """\
Co to dokládá: soubor {name} je ten, který auditní záznam vydal, a čísla v prohlášení jsou čísla všech vydaných záznamů.
Co to nedokládá: že záznamy s těmi čísly znějí tak, jak stojí v souboru, ani že hledání našlo vše. To je slovo stroje,
který výpis podepsal. """
STATED_PROVES_ENGLISH = """\
What this proves: the file {name} is the one that the log handed out, and the numbers in the statement are those of all
entries that were handed out. What it does not prove: that entries of these numbers say what the file says, nor that the
search found all. That is the word of the machine which signed the export. """
"""Without proofs of single entries; why they are left out follows."""

PROVEN = (
    Said(
        begins="""VÝPIS Z AUDITNÍHO ZÁZNAMU BRÁNY S DŮKAZY (English below)

Záznamů: {count}. Účel: {purpose}

""",
        beside="""\
proofs.jsonl          prohlášení podepsané auditním záznamem a důkaz ke každému záznamu (RFC 9162)
checkpoints.txt       podepsané kontrolní body (C2SP tlog-checkpoint), ke kterým důkazy vedou""",
        proves="""\
Co to dokládá: každý záznam stojí v auditním záznamu pod svým číslem tak, jak byl zapsán; žádný z vydaných nechybí
a žádný nepřibyl; soubor {name} je ten, který byl vydán. Změněný, odebraný nebo přidaný záznam program najde.
Co to nedokládá: že hledání našlo vše, co mělo. To je slovo stroje, který výpis podepsal. Kdo mu nevěří, ať si vyžádá
celý úsek záznamu (brana audit export bez --as), ve kterém není vidět jen výběr.
""",
    ),
    Said(
        begins="""EXPORT OF BRÁNA'S AUDIT LOG WITH PROOFS

Entries: {count}. Purpose: {purpose}

""",
        beside="""\
proofs.jsonl          a statement that the log signed, and the proof of each entry (RFC 9162)
checkpoints.txt       signed checkpoints (C2SP tlog-checkpoint) to which the proofs lead""",
        proves="""\
What this proves: each entry stands in the log under its number as it was written; of what was handed out none is
missing and none was added; the file {name} is the one that was handed out. An entry that was changed, removed or added
is found. What it does not prove: that the search found all that it should. That is the word of the machine which signed
the export. Who does not take it asks for a whole span of the log (brana audit export without --as), which is no choice.
""",
    ),
)
UNDER_PSEUDONYMS = (
    Said(
        begins="""VÝPIS Z AUDITNÍHO ZÁZNAMU BRÁNY POD PSEUDONYMY (English below)

Záznamů: {count}. Účel je zapsán v auditním záznamu; kdo v něm smí číst, ho najde.

""",
        beside=STATED_CZECH,
        proves=STATED_PROVES_CZECH
        + """Důkazy k jednotlivým záznamům tu schválně nejsou: podle otisku záznamu by si kdokoli mohl ověřit,
koho v něm tuší. Kdo je potřebuje, ať si od úřadu vyžádá tytéž záznamy bez pseudonymů a s důkazy.

Kdo tu koho pozná: klíč pseudonymů nebyl uložen, samotným výpisem si tedy domněnku o osobě nikdo neověří. Kdo má
auditní záznam, najde osobu podle čísla záznamu. Dva výpisy s týmiž záznamy lze podle čísel spojit. Čas, obec, role
nebo souběh událostí mohou osobu prozradit i bez toho.
""",
    ),
    Said(
        begins="""EXPORT OF BRÁNA'S AUDIT LOG UNDER PSEUDONYMS

Entries: {count}. The purpose is in the audit log, for whoever may read there.

""",
        beside=STATED_ENGLISH,
        proves=STATED_PROVES_ENGLISH
        + """Proofs of single entries are left out on
purpose: by the hash of an entry anybody could check whom they suspect in it. Who needs them asks the office for the
same entries without pseudonyms, with proofs.

Who can tell who it was: the key of the pseudonyms was kept nowhere, so nobody checks a guess by this export alone.
Whoever has the log finds a person by the number of an entry. Two exports with the same entries can be joined by those
numbers. A time, a municipality, a role, or what happened together may tell a person without any of it.
""",
    ),
)
FOR_ONE_MUNICIPALITY = (
    Said(
        begins="""VÝPIS Z AUDITNÍHO ZÁZNAMU BRÁNY PRO JEDNU OBEC (English below)

Obec: {within}. Záznamů: {count}. Účel: {purpose}

""",
        beside=STATED_CZECH,
        proves=STATED_PROVES_CZECH
        + """Role, které někdo má v jiných obcích, a údaje o jeho práci pro jiný úřad v souboru nejsou. Důkazy
k jednotlivým záznamům tu proto schválně chybí: podle otisku celého záznamu by si kdokoli mohl ověřit, jakou roli jinde
tuší. Kdo je potřebuje, ať si od úřadu, který Bránu provozuje, vyžádá tytéž záznamy podle jejich čísel.
""",
    ),
    Said(
        begins="""EXPORT OF BRÁNA'S AUDIT LOG FOR ONE MUNICIPALITY

Municipality: {within}. Entries: {count}. Purpose: {purpose}

""",
        beside=STATED_ENGLISH,
        proves=STATED_PROVES_ENGLISH
        + """Roles that somebody has in other
municipalities, and facts of their work for another office, are not in the file. So proofs of single entries are left
out on purpose: by the hash of a whole entry anybody could check which role elsewhere they suspect. Who needs them asks
the office that runs Brána for the same entries by their numbers.
""",
    ),
)


def readme(wanted: Wanted, count: int, within: MunicipalityCode | None = None) -> str:
    """`within`: of a reader of this municipality alone."""
    whole = PROVEN if within is None else FOR_ONE_MUNICIPALITY
    facts = {"count": count, "purpose": wanted.purpose, "name": NAMES[wanted.form], "within": within}
    czech, english = (_filled(one, facts) for one in (UNDER_PSEUDONYMS if wanted.pseudonyms else whole))
    return f"{CZECH.format(**czech)}\n\n{ENGLISH.format(**english)}"


def _filled(said: Said, facts: Mapping[str, object]) -> dict[str, object]:
    """Each part by itself: what somebody typed is no place to fill in."""
    parts = {"begins": said.begins, "beside": said.beside, "proves": said.proves}
    return {**facts, **{name: text.format(**facts) for name, text in parts.items()}}
