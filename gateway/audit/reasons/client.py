"""Names of the reasons why the provider refuses an application: the errors of OAuth, and what is behind them."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Žádosti aplikací o přihlášení", en="Applications' requests for sign-in"),
        {
            "client_unknown": Title(cs="neregistrovaná aplikace", en="the application is not registered"),
            "redirect_uri_missing": Title(cs="chybí návratová adresa", en="no address to return to"),
            "redirect_uri_unknown": Title(
                cs="neregistrovaná návratová adresa", en="an address to return to that is not registered"
            ),
            "parameter_repeated": Title(cs="parametr je uveden dvakrát", en="a parameter is given twice"),
            "invalid_request": Title(cs="vadná žádost", en="faulty request"),
            "unauthorized_client": Title(
                cs="aplikace k tomu není oprávněna", en="the application may not do this"
            ),
            "access_denied": Title(cs="přístup odepřen", en="access denied"),
            "unsupported_response_type": Title(
                cs="nepodporovaný druh odpovědi", en="unsupported type of response"
            ),
            "invalid_scope": Title(cs="neplatný rozsah údajů", en="invalid scope"),
            "server_error": Title(cs="chyba přihlašovací služby", en="error of the identity provider"),
            "temporarily_unavailable": Title(
                cs="přihlašovací služba je dočasně nedostupná",
                en="the identity provider is unavailable for now",
            ),
            "login_required": Title(cs="je potřeba přihlášení", en="a sign-in is needed"),
            "unmet_authentication_requirements": Title(
                cs="požadované síly ověření nelze dosáhnout", en="the demanded level cannot be reached"
            ),
            "request_not_supported": Title(
                cs="nepodporovaný parametr request", en="the parameter request is not supported"
            ),
            "request_uri_not_supported": Title(
                cs="nepodporovaný parametr request_uri", en="the parameter request_uri is not supported"
            ),
            "registration_not_supported": Title(
                cs="nepodporovaný parametr registration", en="the parameter registration is not supported"
            ),
            "invalid_client": Title(cs="aplikace se neprokázala", en="the application did not prove itself"),
            "client_proof_of_another_kind": Title(
                cs="aplikace se prokazuje jinak, než má nastaveno",
                en="the application proves itself otherwise than configured",
            ),
            "client_secret_wrong": Title(
                cs="nesprávné tajemství aplikace", en="a wrong secret of an application"
            ),
            "client_assertion_wrong": Title(
                cs="neplatný podepsaný důkaz aplikace", en="an unusable assertion of an application"
            ),
            "client_assertion_for_another": Title(
                cs="podepsaný důkaz aplikace určený někomu jinému",
                en="an assertion of an application meant for somebody else",
            ),
            "client_assertion_out_of_time": Title(
                cs="podepsaný důkaz aplikace mimo dobu platnosti",
                en="an assertion of an application out of its time",
            ),
            "client_assertion_used_twice": Title(
                cs="podepsaný důkaz aplikace použitý podruhé",
                en="an assertion of an application used a second time",
            ),
            "client_must_wait": Title(
                cs="příliš mnoho neúspěšných pokusů aplikace", en="too many failed tries of an application"
            ),
            "invalid_grant": Title(cs="neplatný kód", en="invalid code"),
            "unsupported_grant_type": Title(
                cs="nepodporovaný druh žádosti o token", en="unsupported type of token request"
            ),
            "invalid_token": Title(cs="neplatný token", en="invalid token"),
            "code_unknown": Title(cs="neznámý autorizační kód", en="unknown authorization code"),
            "code_of_another_client": Title(
                cs="autorizační kód jiné aplikace", en="authorization code of another application"
            ),
            "code_used_twice": Title(
                cs="autorizační kód použit podruhé", en="authorization code used a second time"
            ),
            "code_expired": Title(cs="prošlý autorizační kód", en="expired authorization code"),
            "redirect_uri_differs": Title(
                cs="jiná návratová adresa než v žádosti", en="another address than in the request"
            ),
            "verifier_wrong": Title(cs="důkaz PKCE nesouhlasí", en="the PKCE proof does not fit"),
            "session_ended": Title(cs="přihlášení mezitím skončilo", en="the sign-in has ended meanwhile"),
            "token_of_another_client": Title(
                cs="token vydaný jiné aplikaci", en="a token that was given to another application"
            ),
            "refresh_token_unknown": Title(cs="neznámý obnovovací token", en="unknown refresh token"),
            "refresh_token_of_another_client": Title(
                cs="obnovovací token jiné aplikace", en="refresh token of another application"
            ),
            "refresh_token_used_twice": Title(
                cs="obnovovací token použit podruhé", en="refresh token used a second time"
            ),
            "refresh_token_withdrawn": Title(
                cs="zneplatněný obnovovací token", en="refresh token that was withdrawn"
            ),
            "refresh_token_expired": Title(cs="prošlý obnovovací token", en="expired refresh token"),
            "saml_request_unreadable": Title(
                cs="vadná žádost SAML", en="a request of SAML that cannot be read"
            ),
            "saml_provider_unknown": Title(
                cs="neregistrovaná aplikace (SAML)", en="the service provider is not registered"
            ),
            "saml_address_unknown": Title(
                cs="neregistrovaná adresa pro odpověď SAML",
                en="an address for the answer that is not registered",
            ),
            "saml_signature_missing": Title(
                cs="žádost SAML není podepsaná, ačkoli má být",
                en="a request of SAML that should be signed is not",
            ),
            "saml_signature_wrong": Title(
                cs="podpis žádosti SAML není platný", en="the signature of a request of SAML is not valid"
            ),
            "saml_request_for_another": Title(
                cs="žádost SAML určená někomu jinému", en="a request of SAML meant for somebody else"
            ),
            "saml_request_out_of_time": Title(
                cs="žádost SAML mimo dobu platnosti", en="a request of SAML out of its time"
            ),
            "saml_request_used_twice": Title(
                cs="na žádost SAML už bylo odpovězeno", en="a request of SAML that was answered before"
            ),
            "saml_not_without_asking": Title(
                cs="aplikace nechtěla, aby se brána ptala, a bez toho přihlásit nelze",
                en="the application wanted nobody to be asked, and without that nobody is signed in",
            ),
            "saml_level_unmet": Title(
                cs="síly ověření požadované přes SAML nelze dosáhnout",
                en="the level demanded by SAML cannot be reached",
            ),
            "saml_name_not_offered": Title(
                cs="označení osoby, které aplikace požaduje, nemá",
                en="the person has no name of the kind that the application asks for",
            ),
            "token_missing": Title(cs="chybí token", en="no token was sent"),
        },
    ),
)
