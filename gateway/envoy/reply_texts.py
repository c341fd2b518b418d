"""What Envoy's own answers say to people, in Czech and English, by status or by how they came about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Texts of one status; `reason` is the same in JSON, in the log and in tests."""

    status: int
    reason: str
    title_cs: str
    advice_cs: str
    title_en: str
    advice_en: str
    retry_after: str = ""
    """Seconds (RFC 9110 §10.2.3), of what passes by itself."""

    @property
    def passes(self) -> bool:
        """Whether asking once more may help."""
        return self.status in {429, 502, 503, 504}


REPLIES = (
    Reply(
        status=400,
        reason="request_malformed",
        title_cs="Požadavek nelze zpracovat",
        advice_cs="Adresa nebo požadavek má neplatný tvar. Otevřete aplikaci znovu z portálu.",
        title_en="The request cannot be processed",
        advice_en="The address or the request is malformed. Open the application from the portal again.",
    ),
    Reply(
        status=403,
        reason="upgrade_refused",
        title_cs="Požadavek není povolen",
        advice_cs="Aplikace tento způsob spojení nepoužívá. Obraťte se na správce technologického centra.",
        title_en="The request is not allowed",
        advice_en="The application does not use this kind of connection. Ask the centre's administrator.",
    ),
    Reply(
        status=404,
        reason="page_unknown",
        title_cs="Stránka neexistuje",
        advice_cs="Na této adrese nic není. Zkontrolujte ji, nebo otevřete aplikaci z portálu.",
        title_en="There is no such page",
        advice_en="Nothing is at this address. Check it, or open the application from the portal.",
    ),
    Reply(
        status=408,
        reason="request_too_slow",
        title_cs="Požadavek nepřišel včas",
        advice_cs="Spojení je příliš pomalé nebo se přerušilo. Zkuste to znovu.",
        title_en="The request did not arrive in time",
        advice_en="The connection is too slow or was interrupted. Try again.",
    ),
    Reply(
        status=413,
        reason="request_too_large",
        title_cs="Odesílaná data jsou příliš velká",
        advice_cs="Rozdělte data na menší části, nebo se obraťte na správce aplikace.",
        title_en="The data sent are too large",
        advice_en="Split the data into smaller parts, or ask the application's administrator.",
    ),
    Reply(
        status=421,
        reason="no_such_host",
        title_cs="Tato adresa zde neexistuje",
        advice_cs="Pod tímto názvem tu není žádná aplikace. Zkontrolujte adresu, nebo začněte na portálu.",
        title_en="There is no such address here",
        advice_en="No application has this name. Check the address, or start at the portal.",
    ),
    Reply(
        status=426,
        reason="protocol_too_old",
        title_cs="Prohlížeč používá zastaralý protokol",
        advice_cs="Aktualizujte prohlížeč a zkuste to znovu.",
        title_en="The browser uses an outdated protocol",
        advice_en="Update the browser and try again.",
    ),
    Reply(
        status=429,
        reason="too_many_streams",
        title_cs="Příliš mnoho otevřených spojení",
        advice_cs="Pod vaším přihlášením je otevřeno příliš mnoho trvalých spojení. Zavřete okna a karty, které "
        "nepotřebujete, a zkuste to znovu. Nic takového neděláte? Odhlaste se a řekněte to správci.",
        title_en="Too many open connections",
        advice_en="Too many lasting connections are open with your sign-in. Close windows and tabs that you do not "
        "need, and try again. If that is not your doing, sign out and tell the administrator.",
    ),
    Reply(
        status=431,
        reason="headers_too_large",
        title_cs="Hlavičky požadavku jsou příliš velké",
        advice_cs="Smažte v prohlížeči soubory cookie této adresy a zkuste to znovu.",
        title_en="The request's headers are too large",
        advice_en="Delete this address's cookies in the browser and try again.",
    ),
    Reply(
        status=500,
        reason="our_fault",
        title_cs="Na bráně došlo k chybě",
        advice_cs="Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
        title_en="The gateway has failed",
        advice_en="Try again in a moment. If it goes on, tell the administrator the time and number below.",
    ),
    Reply(
        status=502,
        reason="application_answer_unusable",
        title_cs="Aplikace odpověděla chybně",
        advice_cs="Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
        title_en="The application gave an unusable answer",
        advice_en="Try again in a moment. If it goes on, tell the administrator the time and number below.",
    ),
    Reply(
        status=503,
        reason="unavailable",
        title_cs="Služba není dostupná",
        advice_cs="To, co jste chtěli otevřít, teď neodpovídá. "
        "Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
        title_en="The service is not available",
        advice_en="What you wanted to open does not answer now. "
        "Try again in a moment. If it goes on, tell the administrator the time and number below.",
    ),
    Reply(
        status=504,
        reason="application_too_slow",
        title_cs="Aplikace neodpověděla včas",
        advice_cs="Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
        title_en="The application did not answer in time",
        advice_en="Try again in a moment. If it goes on, tell the administrator the time and number below.",
    ),
)

UNDECIDED = Reply(
    status=503,
    reason="gateway_unavailable",
    title_cs="Přístup teď nelze ověřit",
    advice_cs="Ověření přístupu neodpovídá, a bez něj nikoho nepustíme. "
    "Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
    title_en="Access cannot be checked right now",
    advice_en="The access decision does not answer, and nobody is let in without it. "
    "Try again in a moment. If it goes on, tell the administrator the time and number below.",
)
"""The decision point is away; the same reason as where it says itself that it cannot decide."""

DESTINATION = Reply(
    status=403,
    reason="destination_refused",
    title_cs="Sem kopírovat ani přesouvat nelze",
    advice_cs="Kopírovat a přesouvat lze jen uvnitř téže složky aplikace a do názvů bez zvláštních znaků. "
    "Zvolte jiný cíl, nebo soubor stáhněte a na novém místě nahrajte.",
    title_en="Nothing can be copied or moved there",
    advice_en="Copy and move within the same folder of the application, to names without special characters. "
    "Choose another destination, or download the file and upload it in its new place.",
)
"""Where a WebDAV client wants to copy or move to would have to be asked for in another way."""

CROWDED = Reply(
    status=429,
    retry_after="1",
    reason="too_many_from_address",
    title_cs="Příliš mnoho požadavků",
    advice_cs="Z vaší adresy přichází příliš mnoho požadavků najednou. Počkejte chvíli a zkuste to znovu. "
    "Sdílíte-li připojení s celým úřadem a stává se to často, řekněte to správci.",
    title_en="Too many requests",
    advice_en="Too many requests come from your address at once. Wait a moment and try again. "
    "If you share the connection with a whole office and this happens often, tell the administrator.",
)
HURRIED = Reply(
    status=429,
    retry_after="1",
    reason="too_many_of_session",
    title_cs="Příliš mnoho požadavků",
    advice_cs="Pod vaším přihlášením přichází příliš mnoho požadavků najednou. Počkejte chvíli a zkuste to znovu. "
    "Nic takového neděláte? Odhlaste se a řekněte to správci.",
    title_en="Too many requests",
    advice_en="Too many requests come with your sign-in at once. Wait a moment and try again. "
    "If that is not your doing, sign out and tell the administrator.",
)
FULL = Reply(
    status=503,
    retry_after="60",
    reason="log_full",
    title_cs="Brána teď nikoho nepouští",
    advice_cs="Na disku brány došlo místo pro auditní záznam, a bez záznamu nikoho nepustíme. Řekněte to správci "
    "technologického centra: uvolní-li na disku místo, brána se sama otevře.",
    title_en="The gateway lets nobody in now",
    advice_en="The gateway's disk has no room left for the audit log, and nobody is let in without a record. Tell the "
    "centre's administrator: once room is freed on the disk, the gateway opens by itself.",
)
OVERLOADED = Reply(
    status=503,
    retry_after="1",
    reason="gateway_overloaded",
    title_cs="Brána je přetížená",
    advice_cs="Právě přichází víc požadavků, než brána zvládne. Počkejte chvíli a zkuste to znovu.",
    title_en="The gateway is overloaded",
    advice_en="More requests are coming than the gateway can serve. Wait a moment and try again.",
)
