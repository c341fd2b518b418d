"""Kinds of entries about programs: as `kinds.py` has all others."""

from config.settings import Title
from gateway.audit.entry import Code

OF_PROGRAMS: tuple[tuple[Title, dict[Code, Title]], ...] = (
    (
        Title(cs="Technické účty", en="Technical accounts"),
        {
            Code.TECHNICAL_SECRET_ISSUED: Title(
                cs="Vydané tajemství programu", en="Secret of a program issued"
            ),
            Code.TECHNICAL_SECRET_REVOKED: Title(
                cs="Zneplatněné tajemství programu", en="Secret of a program revoked"
            ),
            Code.TECHNICAL_REFUSED: Title(cs="Nevpuštěný technický účet", en="Technical account not let in"),
        },
    ),
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
