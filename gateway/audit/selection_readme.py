"""What is written beside an export with proofs, for whoever opens it: how to check it, and what it proves."""

from gateway.audit.selection import NAMES, Wanted

TEXT = """VÝPIS Z AUDITNÍHO ZÁZNAMU BRÁNY S DŮKAZY (English below)

Záznamů: {count}. Účel: {purpose}

{name:<22}záznamy ke čtení
proofs.jsonl          prohlášení podepsané auditním záznamem a důkaz ke každému záznamu (RFC 9162)
checkpoints.txt       podepsané kontrolní body (C2SP tlog-checkpoint), ke kterým důkazy vedou
log-key.txt           klíč auditního záznamu
brana_verify.py       program, který vše ověří; potřebuje Python 3.9 a balíček cryptography, nic z Brány

Ověření (rozbalte celou složku; klíč si vyžádejte i jinou cestou než tímto souborem a porovnejte ho):

    python3 brana_verify.py --key "$(cat log-key.txt)" proofs.jsonl

Co to dokládá: každý záznam stojí v auditním záznamu pod svým číslem tak, jak byl zapsán; žádný z vydaných nechybí
a žádný nepřibyl; soubor {name} je ten, který byl vydán. Změněný, odebraný nebo přidaný záznam program najde.
Co to nedokládá: že hledání našlo vše, co mělo. To je slovo stroje, který výpis podepsal. Kdo mu nevěří, ať si vyžádá
celý úsek záznamu (brana audit export bez --as), ve kterém není vidět jen výběr.
{pseudonyms_cs}
Soubor obsahuje osobní údaje. Nakládejte s ním jako s auditním záznamem.


EXPORT OF BRÁNA'S AUDIT LOG WITH PROOFS

Entries: {count}. Purpose: {purpose}

{name:<22}the entries, to be read
proofs.jsonl          a statement that the log signed, and the proof of each entry (RFC 9162)
checkpoints.txt       signed checkpoints (C2SP tlog-checkpoint) to which the proofs lead
log-key.txt           the log's key
brana_verify.py       the program that verifies all of it; it needs Python 3.9 and cryptography, nothing of Brána

To verify (unpack the whole folder; ask for the key by another way than this file, too, and compare it):

    python3 brana_verify.py --english --key "$(cat log-key.txt)" proofs.jsonl

What this proves: each entry stands in the log under its number as it was written; of what was handed out none is
missing and none was added; the file {name} is the one that was handed out. An entry that was changed, removed or added
is found. What it does not prove: that the search found all that it should. That is the word of the machine which signed
the export. Who does not take it asks for a whole span of the log (brana audit export without --as), which is no choice.
{pseudonyms_en}
The file holds personal data. Treat it as you treat the audit log.
"""
PSEUDONYMS_CS = """
Výpis je pseudonymizovaný. Důkazy platí pro otisky původních záznamů, ne pro text s pseudonymy: ten se z otisku ověřit
nedá a ručí za něj jen podpis prohlášení. Kdo má původní záznam, ověří, že má tento otisk. Klíč pseudonymů nebyl
uložen; v jiném výpisu má táž osoba jiný pseudonym. Podle čísla záznamu ji úřad dohledá.
"""
PSEUDONYMS_EN = """
The export is pseudonymised. The proofs hold for the hashes of the original entries, not for the text with pseudonyms:
that cannot be checked against a hash, and only the signature of the statement vouches for it. Whoever has the original
entry can check that it has this hash. The key of the pseudonyms was kept nowhere; in another export the same person has
another one. By the number of an entry the office finds who it was.
"""


def readme(wanted: Wanted, count: int) -> str:
    return TEXT.format(
        count=count,
        purpose=wanted.purpose,
        name=NAMES[wanted.form],
        pseudonyms_cs=PSEUDONYMS_CS if wanted.pseudonyms else "",
        pseudonyms_en=PSEUDONYMS_EN if wanted.pseudonyms else "",
    )
