"""What entries about things beside the log that were changed by hand say to people."""

from config.settings import Title
from gateway.audit.entry import Code

ALTERED_TITLES: dict[Code, Title] = {
    Code.LOG_INDEX_ALTERED: Title(
        cs="Rejstřík pro hledání nesouhlasil se záznamy {first} až {last}; vytváří se znovu",
        en="The search index disagreed with entries {first} to {last}; it is made again",
    ),
    Code.LOG_NAMES_ALTERED: Title(
        cs="Jména, podle nichž se hledají osoby, změnil někdo ručně; platí, jak jsou v záznamech (vráceno: {put_back}, "
        "odebráno: {taken_out})",
        en="Names by which people are found were changed by hand; they stand as entries have them (put back: "
        "{put_back}, taken out: {taken_out})",
    ),
    Code.LOG_HOLD_RESTORED: Title(
        cs="Zadržení {hold} změnil někdo ručně; platí, jak je zaznamenáno",
        en="Hold {hold} was changed by hand; it stands as it was recorded",
    ),
    Code.LOG_ALERTS_RESTORED: Title(
        cs="Stojící upozornění změnil někdo ručně; stojí, jak jsou zaznamenána (vráceno: {put_back}, odebráno: "
        "{taken_out})",
        en="Alerts that stand were changed by hand; they stand as they were recorded (put back: {put_back}, taken "
        "out: {taken_out})",
    ),
    Code.LOG_SEEN_RESTORED: Title(
        cs="Co je známo o zemích, ze kterých lidé přicházejí, změnil někdo ručně; platí, co je v záznamu (odebráno: "
        "{taken_out})",
        en="What is known of the countries that people come from was changed by hand; what the log has counts (taken "
        "out: {taken_out})",
    ),
    Code.LOG_ROOTS_RESTORED: Title(
        cs="Uložené kořeny podstromů auditního záznamu změnil někdo ručně (počet: {number}); platí, jak vycházejí ze "
        "záznamů {first} až {last}",
        en="Kept roots of the log's tree were changed by hand (number: {number}); they stand as entries {first} to "
        "{last} give them",
    ),
    Code.LOG_INCIDENTS_ALTERED: Title(
        cs="Zápisy o incidentech změnil v databázi někdo ručně (incidentů: {number}, rozdílů: {found})",
        en="What is written down of incidents was changed by hand in the database (incidents: {number}, differences: "
        "{found})",
    ),
    Code.LOG_CHECKPOINT_ALTERED: Title(
        cs="Kontrolní body v databázi změnil někdo ručně (počet: {number}, první při {checkpoint} záznamech); "
        "podepisuje se dál",
        en="Checkpoints in the database were changed by hand (number: {number}, the first at {checkpoint} entries); "
        "sealing goes on",
    ),
    Code.LOG_ROLLED_BACK: Title(
        cs="Auditní záznam není, jak ho Brána zapsala: databázi někdo vrátil do staršího stavu nebo přepsal (zapsáno "
        "záznamů: {written}, nalezeno: {left})",
        en="The log is not as Brána wrote it: somebody put the database back to an older state or rewrote it (entries "
        "written: {written}, found: {left})",
    ),
    Code.LOG_SCHEMA_ALTERED: Title(
        cs="V databázi je, co nevytvořila Brána: spouště, pravidla, pohledy nebo cizí spojení v roli vedoucího uzlu "
        "({number}); záznamy to může měnit i zamlčet",
        en="The database has what Brána did not make: triggers, rules, views, or somebody's session as the node that "
        "leads ({number}); entries may be changed or kept silent by it",
    ),
    Code.LOG_PLACE_MOVED: Title(
        cs="Místo, po které byl záznam přečten, změnil někdo ručně ({of}); pokračuje se od záznamu {first}",
        en="The place up to which the log was read was changed by hand ({of}); it goes on from entry {first}",
    ),
}
