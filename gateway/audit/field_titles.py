"""What the further fields of an entry are called, for pages, commands and questions that operators write."""

from collections.abc import Mapping

from config.settings import Title

FIELD_TITLES: Mapping[str, Title] = {
    "role": Title(cs="Role", en="Role"),
    "own_municipality": Title(cs="Za kterou obec osoba jednala", en="Municipality the person acted for"),
    "action": Title(cs="Činnost", en="Action"),
    "path": Title(cs="Cesta", en="Path"),
    "method": Title(cs="Metoda HTTP", en="HTTP method"),
    "status": Title(cs="Stav odpovědi (404, 5xx)", en="Status (404, 5xx)"),
    "host": Title(cs="Adresa serveru", en="Host"),
    "route": Title(cs="Název cesty aplikace", en="Name of the application's route"),
    "address": Title(cs="Adresa (IP)", en="Address (IP)"),
    "country": Title(cs="Země (CZ, SK)", en="Country (CZ, SK)"),
    "network": Title(cs="Pojmenovaná síť", en="Named network"),
    "device": Title(cs="Zařízení", en="Device"),
    "posture": Title(cs="Stav zařízení", en="State of the device"),
    "os": Title(cs="Operační systém zařízení", en="Operating system of the device"),
    "os_version": Title(cs="Verze systému zařízení", en="Version of the device's system"),
    "owner": Title(cs="Komu je zařízení svěřeno", en="Whose device it is"),
    "level": Title(cs="Síla ověření", en="How surely recognised"),
    "factor": Title(cs="Způsob ověření", en="Authenticator"),
    "rule": Title(cs="Rozhodující pravidlo", en="Deciding rule"),
    "policy_version": Title(cs="Verze zásad", en="Version of policies"),
    "grant": Title(cs="Povolení (grant)", en="Grant"),
    "ticket": Title(cs="Číslo zakázky", en="Number of the order"),
    "purpose": Title(cs="Účel", en="Purpose"),
    "agenda": Title(cs="Agenda", en="Agenda"),
    "activity_role": Title(cs="Činnostní role", en="Activity role"),
    "in_place_of": Title(cs="Koho osoba zastupovala", en="Who was stood in for"),
    "by": Title(cs="Kdo to provedl", en="Who did it"),
    "of": Title(cs="Koho se to týká", en="Whom it concerns"),
    "request": Title(cs="Označení žádosti", en="Name of the request"),
    "node": Title(cs="Uzel", en="Node"),
    "form": Title(cs="Kde se nahlíželo", en="Where it was read"),
    "why": Title(cs="Odůvodnění", en="Justification"),
    "author": Title(cs="Navrhl(a)", en="Drafted by"),
    "approver": Title(cs="Schválil(a)", en="Approved by"),
    "changed": Title(cs="Změněné soubory", en="Changed files"),
    "difference": Title(cs="Otisk rozdílu", en="Digest of the difference"),
    "finding": Title(cs="Výsledek ověření", en="Finding"),
    "valid_until": Title(cs="Platí do", en="Until"),
}
"""In the order in which they are offered. The fields that have a filter of their own are not among them."""

COLUMN_TITLES: Mapping[str, Title] = {
    "person": Title(cs="Osoba", en="Person"),
    "subject": Title(cs="Identifikátor osoby", en="Person's identifier"),
    "municipality": Title(cs="Obec, o kterou jde", en="Municipality concerned"),
    "application": Title(cs="Aplikace", en="Application"),
    "outcome": Title(cs="Výsledek", en="Outcome"),
    "reason": Title(cs="Důvod", en="Reason"),
    "session": Title(cs="Relace", en="Session"),
    "request_id": Title(cs="Číslo požadavku", en="Request number"),
    "code": Title(cs="Událost", en="Event"),
}


def title_of(name: str) -> Title:
    """Of any field; the field's own name where it has no other."""
    return FIELD_TITLES.get(name) or COLUMN_TITLES.get(name) or Title(cs=name, en=name)
