"""Words about connected applications: ways of proof, and in Czech what the configuration's checks say of a field."""

import re
from collections.abc import Mapping

from config.settings import Title
from config.vocabulary import Language

AUTHENTICATIONS: Mapping[str, Title] = {
    "client_secret_basic": Title(cs="tajemstvím v hlavičce", en="by a secret, in the header"),
    "client_secret_post": Title(cs="tajemstvím ve formuláři", en="by a secret, in the form"),
    "private_key_jwt": Title(cs="podpisem vlastním klíčem", en="by signing with a key of its own"),
    "none": Title(cs="ničím, jen PKCE (veřejná aplikace)", en="by nothing but PKCE (a public application)"),
}
CZECH: Mapping[str, str] = {
    "is empty, too long or not to be seen": "je prázdný, příliš dlouhý, nebo není vidět",
    "is too long or not to be seen": "je příliš dlouhé, nebo není vidět",
    "is none of the district": "není ze správního obvodu",
    "is empty": "je prázdné",
    "has too many addresses": "obsahuje příliš mnoho adres",
    "is too long": "je příliš dlouhé",
    "has a space, a wildcard or another character that addresses do not have": "obsahuje mezeru, hvězdičku nebo jiný "
    "znak, který v adrese být nemůže",
    "cannot be read": "nelze přečíst",
    "has no host, or a user name before it": "nemá jméno serveru, nebo má před ním uživatelské jméno",
    "has a host with a character that names of hosts do not have": "má ve jménu serveru znak, který tam být nemůže",
    "has a fragment": "obsahuje fragment (část za #)",
    "is neither https nor http on this machine": "nezačíná https://",
    "is not an https address without fragment": "není adresa https bez fragmentu",
    "is on no host of `redirect_uris`": "není na žádném ze serverů, kam se vrací přihlášení",
    "has a sign that a page's policy cannot name": "obsahuje znak, který nelze uvést v zásadách stránky",
    "its redirect addresses are of several hosts": "návratové adresy jsou na více serverech",
    "names nothing that is asked for": "nic neurčuje, protože vlastní označení osob nejsou zapnutá",
    "no key is asked for": "klíč se u tohoto způsobu prokazování nepoužije",
    "private_key_jwt takes keys, and there are none": "podpis potřebuje klíče, a žádné tu nejsou",
    "holds a private key": "obsahuje soukromý klíč",
    "a public client may leave no requests": "veřejná aplikace nemá čím doložit, že žádost předala právě ona",
    "names a scope that there is not": "obsahuje rozsah, který neexistuje",
}
"""By what is said behind the value."""
BEGINNINGS: Mapping[str, str] = {
    "there is no application": "taková aplikace tu není",
    "holds no JWK set": "není sada veřejných klíčů JWK",
}
VALUE = re.compile(r"\A(?:'[^']*'|\"[^\"]*\") ")


def said(what: str, remedy: str, language: Language) -> str:
    """What is wrong with a field, in the configuration's words or what they mean in Czech; its value stands there."""
    bare = VALUE.sub("", what)
    if language is Language.ENGLISH:
        return f"{what}; {remedy}"
    found = CZECH.get(bare) or next(
        (text for begins, text in BEGINNINGS.items() if bare.startswith(begins)), None
    )
    value = what.removesuffix(bare).strip()
    return f"{value} {found}".strip() if found else f"{what}; {remedy}"
