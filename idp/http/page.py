"""Pages: templates in two languages with one look, answered with the headers that keep them safe."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.places import Places
from config.vocabulary import Language
from idp.http.assets import STATIC_PATH, Assets
from idp.http.called import authenticator_name, person_name
from idp.http.language import language_of, remember
from idp.http.moments import FILTERS
from idp.http.place import place_filter
from idp.http.preferred_language import LANGUAGE_COOKIE, preferred
from idp.http.security_headers import SECURITY_HEADERS, page_headers
from idp.http.translations import CatalogUnusable, load_translations
from idp.oidc.front_channel import source

__all__ = [
    "LANGUAGE_COOKIE",
    "SECURITY_HEADERS",
    "STATIC_PATH",
    "Assets",
    "CatalogUnusable",
    "Office",
    "Pages",
    "in_language",
    "language_of",
    "page_headers",
    "preferred",
    "remember",
]

OWN_TEMPLATES = Path(__file__).parent / "templates"
OWN_LOCALE = Path(__file__).parent / "locale"

LANGUAGE_NAMES = {Language.CZECH: "Čeština", Language.ENGLISH: "English"}


def in_language(here: str, language: Language) -> str:
    """Relative address of the page at `here` (path and query) in another language."""
    query = here.partition("?")[2]
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != "lang"]
    return "?" + urlencode([*kept, ("lang", language.value)])


@dataclass(frozen=True, slots=True)
class Office:
    """Whose pages they are."""

    name: str
    support: str | None = None
    """Whom its people call."""


class Pages:
    """Renders templates of the given folders, then of this room (`layout.html`, `forms.html`).

    In a template: `_()`, `ngettext()`, `{% trans %}`, `asset("style.css")`, `language`, `office`, `languages`
    (of the switch in the header), `account_page` (address of "my account"), `support`, and the filters of
    moments, places and names (`called`). A name that the caller did not pass is an error, not an empty place.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        locale_folders: Sequence[Path],
        office: Office,
        *,
        domain: str,
        assets: Assets,
        default_language: Language = Language.CZECH,
        filters: Mapping[str, Callable[..., object]] | None = None,
        places: Places | None = None,
        account: str = "",
    ) -> None:
        self.assets, self.domain, self.support = assets, domain, office.support
        self.default_language = default_language
        self._translations = {
            language: load_translations((OWN_LOCALE, *locale_folders), language) for language in Language
        }
        loader = FileSystemLoader((*folders, OWN_TEMPLATES))
        self._account = account
        own = {**FILTERS, "place": place_filter(places or Places())}
        self._environments = {
            language: self._environment(loader, language, office.name, {**own, **(filters or {})})
            for language in Language
        }

    def _environment(
        self,
        loader: FileSystemLoader,
        language: Language,
        office_name: str,
        filters: Mapping[str, Callable[..., object]],
    ) -> Environment:
        environment = Environment(
            loader=loader,
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        translations = self._translations[language]
        environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
            translations.gettext,
            translations.ngettext,
            newstyle=True,
            pgettext=translations.pgettext,
            npgettext=translations.npgettext,
        )
        environment.filters.update(filters)
        environment.filters.update(
            person_name=partial(person_name, language=language),
            authenticator_name=partial(authenticator_name, language=language),
        )
        environment.globals.update(
            asset=self.assets.address,
            language=language,
            office=office_name,
            account_page=self._account,
            support=self.support,
        )
        return environment

    def gettext(self, message: str, language: Language) -> str:
        """One message outside a template."""
        return self._translations[language].gettext(message)

    def render(self, template: str, language: Language, *, here: str = "", **context: object) -> str:
        """HTML of a page. `here` is its own path and query, which the language switch leads back to."""
        languages = [
            {"code": other.value, "name": LANGUAGE_NAMES[other], "href": in_language(here, other)}
            for other in Language
        ]
        return (
            self._environments[language]
            .get_template(template)
            .render(languages=languages, here=here, **context)
        )

    def respond(
        self,
        request: web.Request,
        template: str,
        *,
        status: int = 200,
        form_targets: Iterable[str] = (),
        form_action: str = "",
        scripts: bool = False,
        frames: Sequence[str] = (),
        **context: object,
    ) -> web.Response:
        """The page as an answer, in the language of the request, with its security headers.

        `form_targets`, `form_action`: see `content_security_policy`; `frames`: addresses that the page loads in frames.
        """
        language = language_of(request, self.default_language)
        html = self.render(template, language, here=request.path_qs, frames=frames, **context)
        response = web.Response(
            text=html,
            status=status,
            content_type="text/html",
            headers={
                **page_headers(form_targets, form_action, scripts=scripts, frames=[*map(source, frames)]),
                "Vary": "Accept-Language, Cookie",
            },
        )
        remember(response, request, self.domain)
        return response
