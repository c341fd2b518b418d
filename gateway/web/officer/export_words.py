"""What somebody is told whose export of the log, or act about its holds, came to nothing, by its named reason."""

from collections.abc import Mapping

from gateway.audit.purposes import LONGEST, SHORTEST
from gateway.audit.selection import Form, Why
from gateway.web.refusal import ShownRefusal, Text, both

TEXTS: Mapping[Why, tuple[str, str, str, str]] = {
    Why.PURPOSE: (
        "Chybí účel výpisu",
        "The purpose of the export is missing",
        f"Napište na jeden řádek, k čemu výpis bude ({SHORTEST} až {LONGEST} znaků).",
        f"Say in one line what the export is for ({SHORTEST} to {LONGEST} characters).",
    ),
    Why.CONDITIONS: (
        "Podmínky hledání nelze použít",
        "The conditions of the search cannot be used",
        "Vraťte se do auditního záznamu, opravte filtry a vydejte výpis znovu.",
        "Go back to the audit log, correct the filters and ask again.",
    ),
    Why.NOTHING: (
        "Není co vydat",
        "There is nothing to hand out",
        "Filtrům neodpovídá žádný záznam, u výpisu s důkazy žádný podepsaný; nové se podepisují do sekundy.",
        "No entry matches the filters or, with proofs, none that is sealed; new ones are sealed in a second.",
    ),
    Why.TOO_MUCH: (
        "Výpis by byl příliš velký",
        "The export would be too large",
        "Zužte dobu nebo přidejte filtr a vydávejte po částech. Víc najednou vydá správce: brana audit export.",
        "Narrow the time or add a filter. An operator gives more at once by brana audit export.",
    ),
    Why.NOT_SEARCHED: (
        "Celý záznam zatím nelze prohledat",
        "Not all of the log can be searched yet",
        "Rejstřík se dokončuje sám. Zkuste to později, nebo zvolte novější dobu: část nevydáme jako celek.",
        "The index is made by itself. Ask later, or for a newer time: a part is not given as if it were the whole.",
    ),
    Why.NOT_SEALED: (
        "Výpis teď nelze doložit",
        "Nothing would prove this export",
        "Chybí kontrolní bod s platným podpisem. Ověřte neporušenost záznamu; bez důkazů výpis vydat lze.",
        "A checkpoint with a right signature is missing. Verify the log; without proofs the export can be given.",
    ),
    Why.UNDER_WAY: (
        "Právě se vám vydává jiný výpis",
        "Another export of yours is under way",
        "Počkejte, až se stáhne, a zkuste to znovu.",
        "Wait until it is downloaded, and try again.",
    ),
    Why.TOO_LONG: (
        "Hledání pro výpis trvá příliš dlouho",
        "Searching for the export takes too long",
        "Zvolte kratší dobu nebo jiné podmínky. Bez omezení hledá správce: brana audit export.",
        "Choose a shorter time or other conditions. An operator searches without bound by brana audit export.",
    ),
}
REFUSALS: Mapping[Why, ShownRefusal] = {
    why: ShownRefusal(reason=why, title=both(cs=cs, en=en), advice=both(cs=do_cs, en=do_en))
    for why, (cs, en, do_cs, do_en) in TEXTS.items()
}
FORMS: Mapping[Form, Text] = {
    Form.CSV: both(cs="Tabulka (CSV)", en="Table (CSV)"),
    Form.JSON_LINES: both(cs="JSON Lines, všechna pole", en="JSON Lines, all fields"),
    Form.OCSF: both(cs="OCSF, pro dohledové systémy (SIEM)", en="OCSF, for monitoring systems (SIEM)"),
}
