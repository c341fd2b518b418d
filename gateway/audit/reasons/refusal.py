"""Names of the reasons why a request is refused or fails: by a decision, by a page of ours, by Envoy."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Zamítnutý přístup", en="Access refused"),
        {
            "sign_in_needed": Title(cs="osoba není přihlášena", en="nobody is signed in"),
            "gateway_unavailable": Title(cs="brána nemohla rozhodnout", en="the gateway could not decide"),
            "unknown_application": Title(
                cs="neznámá aplikace nebo činnost", en="unknown application or action"
            ),
            "application_differs": Title(
                cs="uzel má jiné nastavení aplikace, než podle kterého se rozhoduje",
                en="the node has other settings of the application than those by which is decided",
            ),
            "no_role": Title(cs="osoba nemá roli v žádné obci", en="the person has no role anywhere"),
            "application_not_offered": Title(
                cs="obec tuto aplikaci nepoužívá", en="the municipality does not use this application"
            ),
            "policy_error": Title(cs="zásady nelze vyhodnotit", en="the policies cannot be evaluated"),
            "unknown_municipality": Title(
                cs="obec nepatří do správního obvodu", en="the municipality is not in the district"
            ),
            "municipality_without_policies": Title(
                cs="obec zatím nemá zásady přístupu", en="the municipality has no policies yet"
            ),
            "no_role_in_municipality": Title(
                cs="osoba nemá v této obci žádnou roli", en="the person has no role in this municipality"
            ),
            "other_municipality_active": Title(
                cs="osoba jednala za jinou obec", en="the person acted for another municipality"
            ),
            "stronger_sign_in_needed": Title(
                cs="je potřeba silnější přihlášení", en="a stronger sign-in is needed"
            ),
            "sign_in_too_old": Title(cs="přihlášení je příliš staré", en="the sign-in is too old"),
            "action_not_permitted": Title(
                cs="tato činnost není osobě povolena", en="the person may not do this"
            ),
            "role_not_sufficient": Title(cs="role osoby nestačí", en="the person's role does not suffice"),
            "nothing_permits": Title(cs="není povoleno žádné roli", en="no role may do this"),
        },
    ),
    (
        Title(cs="Odmítnutý požadavek", en="Request refused"),
        {
            "page_unknown": Title(cs="taková stránka neexistuje", en="there is no such page"),
            "no_such_host": Title(cs="pod tímto názvem nic není", en="no host has this name"),
            "request_malformed": Title(
                cs="požadavek nebo adresa má neplatný tvar", en="the request or its address is malformed"
            ),
            "request_unreadable": Title(
                cs="formulář nebo parametry nelze přečíst", en="the form or the parameters cannot be read"
            ),
            "request_too_large": Title(cs="příliš velká data", en="too much data was sent"),
            "headers_too_large": Title(cs="příliš velké hlavičky", en="the headers are too large"),
            "request_too_slow": Title(cs="požadavek nepřišel včas", en="the request did not arrive in time"),
            "too_many_from_address": Title(
                cs="příliš mnoho požadavků z jedné adresy", en="too many requests from one address"
            ),
            "too_many_of_session": Title(
                cs="příliš mnoho požadavků jednoho přihlášení", en="too many requests of one sign-in"
            ),
            "too_many_streams": Title(
                cs="příliš mnoho otevřených spojení jednoho přihlášení",
                en="too many open connections of one sign-in",
            ),
            "protocol_too_old": Title(cs="zastaralý protokol", en="an outdated protocol"),
            "upgrade_refused": Title(
                cs="nepovolený způsob spojení", en="a kind of connection that is not allowed"
            ),
            "destination_refused": Title(
                cs="kopírování nebo přesun mimo složku aplikace (WebDAV)",
                en="a copy or move out of the application's folder (WebDAV)",
            ),
            "not_from_our_page": Title(
                cs="formulář neodeslala naše stránka", en="the form was not sent by our own page"
            ),
            "form_of_somebody_else": Title(
                cs="formulář, který vyplnila jiná osoba", en="a form that another person had filled in"
            ),
            "form_ticket_unusable": Title(
                cs="formulář čekal na přihlášení příliš dlouho",
                en="a form that waited for a sign-in too long",
            ),
            "municipality_not_yours": Title(
                cs="volba obce, v níž osoba nemá roli", en="chose a municipality without holding a role there"
            ),
            # of earlier versions, whose portal ended sign-ins: their entries stay
            "session_not_yours": Title(
                cs="přihlášení není mezi přihlášeními této osoby", en="not one of the person's own sign-ins"
            ),
            "session_already_over": Title(
                cs="relace, která se měla ukončit, už skončila", en="the session to be ended was over already"
            ),
        },
    ),
    (
        Title(cs="Neprovedený úkon správce", en="Officer's act not done"),
        {
            "not_for_oneself": Title(
                cs="úkon pro sebe sama", en="an act for oneself, which is for somebody else to do"
            ),
            "person_not_found": Title(
                cs="adresář tuto osobu nezná", en="no directory knows this person (any more)"
            ),
            "second_factor_held": Title(
                cs="osoba už má další způsob ověření", en="the person has a second factor already"
            ),
            "no_second_factor": Title(
                cs="osoba nemá žádný způsob ověření", en="the person has no authenticator"
            ),
            "second_factor_unknown": Title(
                cs="takový způsob ověření osoba nemá", en="the person has no such authenticator (any more)"
            ),
            "only_second_factor": Title(
                cs="jediný způsob ověření lze odebrat jen se záložními kódy",
                en="the only authenticator is removed together with the recovery codes",
            ),
            "removal_without_reason": Title(
                cs="odebrání bez použitelného důvodu", en="a removal without a usable reason"
            ),
            "never_excepted": Title(
                cs="správce ani manažer bezpečnosti výjimku mít nesmí",
                en="no exception for administrators and security officers",
            ),
            "exception_without_reason": Title(
                cs="výjimka bez použitelného důvodu", en="an exception without a usable reason"
            ),
            "exception_day_over": Title(
                cs="poslední den výjimky už uplynul", en="the last day of the exception is over"
            ),
            "exception_too_long": Title(
                cs="výjimka na delší dobu, než je povoleno", en="an exception for longer than is allowed"
            ),
            "exception_runs_already": Title(
                cs="osoba už jednu platnou výjimku má", en="an exception runs for the person already"
            ),
            "account_shut": Title(
                cs="s účtem se podle adresáře nelze přihlásit, výjimka by nepomohla",
                en="the directory lets nobody sign in with the account, so an exception would not help",
            ),
            "not_blocked": Title(
                cs="osobu neblokuje nic, co by šlo zrušit", en="nothing that can be lifted blocks the person"
            ),
            "lifting_without_reason": Title(
                cs="zrušení zablokování bez použitelného důvodu",
                en="a block to be lifted without a usable reason",
            ),
            "no_exception_runs": Title(
                cs="osoba nemá žádnou platnou výjimku", en="no exception runs for the person"
            ),
        },
    ),
    (
        Title(cs="Porucha", en="Failure"),
        {
            "certificate_unfit": Title(
                cs="certifikát nebo klíč nelze použít", en="the certificate or its key cannot serve"
            ),
            "our_fault": Title(cs="chyba brány nebo přihlašovací služby", en="a fault of the product itself"),
            "unavailable": Title(
                cs="aplikace nebo stránka neodpovídala", en="the application or page did not answer"
            ),
            "log_full": Title(cs="na auditní záznam nebylo místo", en="there was no room for the audit log"),
            "gateway_overloaded": Title(cs="brána byla přetížená", en="the gateway was overloaded"),
            "stream_watch_lost": Title(
                cs="dohled nad trvalými spojeními neběžel", en="the watch of lasting connections did not run"
            ),
            "application_too_slow": Title(
                cs="aplikace neodpověděla včas", en="the application did not answer in time"
            ),
            "application_answer_unusable": Title(
                cs="aplikace odpověděla chybně", en="the application gave an unusable answer"
            ),
        },
    ),
)
