"""Addresses as people read them: with the name of the place, where its network has one."""

from collections.abc import Callable

from jinja2 import pass_context
from jinja2.runtime import Context

from config.places import Places
from config.vocabulary import Language

NOWHERE = {Language.CZECH: "neznámá adresa", Language.ENGLISH: "unknown address"}


def place_text(address: str, places: Places, language: Language) -> str:
    """`10.1.2.3 (Městský úřad Kroměříž)`; the address alone where no network is named."""
    title = places.of(address)
    if title is None:
        return address or NOWHERE[language]
    return f"{address} ({title.in_language(language)})"


def place_filter(places: Places) -> Callable[[Context, str], str]:
    """`{{ session.address | place }}`."""

    @pass_context
    def shown(context: Context, address: str) -> str:
        return place_text(address, places, context["language"])

    return shown
