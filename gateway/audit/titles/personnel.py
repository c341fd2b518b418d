"""What entries about personnel systems say to people."""

from config.settings import Title
from gateway.audit.entry import Code

PERSONNEL_TITLES: dict[Code, Title] = {
    Code.PERSONNEL_ADDED: Title(
        cs="Personální systém {who} zaslal nový záznam: {of} ({changed})",
        en="The personnel system {who} sent a new record: {of} ({changed})",
    ),
    Code.PERSONNEL_CHANGED: Title(
        cs="Personální systém {who} změnil záznam: {of} ({changed})",
        en="The personnel system {who} changed a record: {of} ({changed})",
    ),
    Code.PERSONNEL_REMOVED: Title(
        cs="Personální systém {who} smazal záznam: {of}",
        en="The personnel system {who} removed a record: {of}",
    ),
    Code.PERSONNEL_REFUSED: Title(
        cs="Změna od personálního systému {who} neprovedena, záznam: {of} (důvod: {reason})",
        en="A change by the personnel system {who} was not made, record: {of} (reason: {reason})",
    ),
}
