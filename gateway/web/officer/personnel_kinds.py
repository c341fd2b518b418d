"""Kinds of entries about personnel systems: as `kinds.py` has all others."""

from config.settings import Title
from gateway.audit.entry import Code

PERSONNEL: tuple[tuple[Title, dict[Code, Title]], ...] = (
    (
        Title(cs="Personální systémy", en="Personnel systems"),
        {
            Code.PERSONNEL_ADDED: Title(cs="Nový personální záznam", en="Personnel record added"),
            Code.PERSONNEL_CHANGED: Title(cs="Změněný personální záznam", en="Personnel record changed"),
            Code.PERSONNEL_REMOVED: Title(cs="Smazaný personální záznam", en="Personnel record removed"),
            Code.PERSONNEL_REFUSED: Title(cs="Neprovedená personální změna", en="Personnel change refused"),
        },
    ),
)
