"""Names of the reasons why another identity provider lets nobody in here."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Jiný poskytovatel přihlášení", en="Other identity provider"),
        {
            "upstream_unknown": Title(
                cs="takový poskytovatel není nastaven", en="no such provider is configured"
            ),
            "upstream_unreachable": Title(
                cs="poskytovatel neodpovídal nebo hlásil chybu", en="the provider did not answer, or an error"
            ),
            "upstream_unusable": Title(
                cs="poskytovatel o sobě uvádí něco, co neodpovídá nastavení (vydavatel, adresy, klíče)",
                en="what the provider says of itself is not as configured (issuer, addresses, keys)",
            ),
            "upstream_denied": Title(
                cs="poskytovatel nebo osoba u něj přihlášení odmítli",
                en="the provider, or the person there, said no",
            ),
            "upstream_state_wrong": Title(
                cs="odpověď, o kterou toto přihlášení nežádalo nebo ji už dostalo",
                en="an answer that this sign-in did not ask for or has had already",
            ),
            "upstream_mixed_up": Title(
                cs="odpověď přišla od jiného poskytovatele, než byl dotázán",
                en="the answer came from another provider than was asked",
            ),
            "upstream_answer_unreadable": Title(
                cs="odpověď poskytovatele nelze přečíst", en="the provider's answer cannot be read"
            ),
            "upstream_code_refused": Title(
                cs="poskytovatel nepřijal kód (použitý, prošlý, nebo nás nepoznal)",
                en="the provider refused the code (spent, expired, or it does not know us)",
            ),
            "upstream_token_unreadable": Title(
                cs="potvrzení totožnosti od poskytovatele nelze přečíst",
                en="the provider's id token cannot be read",
            ),
            "upstream_algorithm": Title(
                cs="potvrzení totožnosti podepsané nepovoleným algoritmem",
                en="an id token signed by an algorithm that is not allowed",
            ),
            "upstream_key_unknown": Title(
                cs="potvrzení totožnosti podepsané neznámým klíčem", en="an id token signed by an unknown key"
            ),
            "upstream_signature_wrong": Title(
                cs="podpis potvrzení totožnosti nesouhlasí", en="the id token's signature is wrong"
            ),
            "upstream_issuer_wrong": Title(
                cs="potvrzení totožnosti vydal někdo jiný", en="the id token is another issuer's"
            ),
            "upstream_audience_wrong": Title(
                cs="potvrzení totožnosti je určené někomu jinému",
                en="the id token is meant for somebody else",
            ),
            "upstream_nonce_wrong": Title(
                cs="potvrzení totožnosti patří k jinému přihlášení",
                en="the id token belongs to another sign-in",
            ),
            "upstream_time_wrong": Title(
                cs="potvrzení totožnosti už nebo ještě neplatí",
                en="the id token is expired, or not valid yet",
            ),
            "upstream_hash_wrong": Title(
                cs="potvrzení totožnosti nepatří k tokenu, se kterým přišlo",
                en="the id token does not belong to the access token beside it",
            ),
            "upstream_organisation_unknown": Title(
                cs="úřad, za který osoba u poskytovatele jedná, není obcí správního obvodu",
                en="the office for which the person acts at the provider is no municipality of the district",
            ),
            "upstream_other_municipality": Title(
                cs="osoba tu nemá roli v obci, za kterou u poskytovatele jedná",
                en="the person has no role here in the municipality for which they act at the provider",
            ),
            "upstream_office": Title(
                cs="úřad u poskytovatele neodpovídá rolím osoby (příčinu má záznam přihlášení)",
                en="the office at the provider does not fit the person's roles (the entry of the sign-in says why)",
            ),
            "upstream_not_anew": Title(
                cs="poskytovatel osobu teď znovu neověřil, a další krok to vyžaduje",
                en="the provider did not ask the person anew, which what comes next demands",
            ),
            "upstream_not_confirmed": Title(
                cs="osoba nepotvrdila, že se u poskytovatele právě sama přihlásila",
                en="the person did not confirm that they have just signed in at the provider themselves",
            ),
            "upstream_unlinked": Title(
                cs="propojení s poskytovatelem mezitím skončilo",
                en="the link with the provider ended meanwhile",
            ),
            "upstream_linked_before": Title(
                cs="totožnost u poskytovatele je už propojená s jinou osobou",
                en="the identity at the provider is linked with somebody else already",
            ),
            "upstream_no_logout": Title(
                cs="zpráva poskytovatele neříká, že se někdo odhlásil",
                en="the provider's token says nothing of signing out",
            ),
            "upstream_replayed": Title(
                cs="tato zpráva o odhlášení už jednou přišla", en="this logout token came before"
            ),
            "upstream_factor_missing": Title(
                cs="osoba tu nemá vlastní druhý faktor",
                en="the person has no second factor of their own here",
            ),
            "upstream_refused": Title(
                cs="odpověď poskytovatele nic nedokládá (příčinu má záznam přihlášení)",
                en="the provider's answer proves nothing (the entry of the sign-in says why)",
            ),
        },
    ),
)
