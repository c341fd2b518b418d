"""Names of the reasons why an administrator's act on a connected application is not done."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Správa připojených aplikací", en="Administering connected applications"),
        {
            "client_not_kept": Title(
                cs="taková připojená aplikace tu není", en="there is no such connected application"
            ),
            "client_id_unusable": Title(
                cs="označení aplikace není použitelné", en="the application's id is unusable"
            ),
            "client_id_taken": Title(
                cs="označení už má jiná aplikace", en="another application has the id already"
            ),
            "client_description_unusable": Title(
                cs="s tímto nastavením aplikaci připojit nelze",
                en="no application can be connected with that",
            ),
            "client_changed_meanwhile": Title(
                cs="připojení aplikace mezitím změnil někdo jiný",
                en="somebody else changed the connected application meanwhile",
            ),
            "client_suspended_already": Title(
                cs="připojení aplikace už je pozastavené", en="the connected application is suspended already"
            ),
            "client_not_suspended": Title(
                cs="připojení aplikace není pozastavené", en="the connected application is not suspended"
            ),
            "client_without_secrets": Title(
                cs="aplikace se neprokazuje tajemstvím",
                en="the application does not prove itself by a secret",
            ),
            "client_overlap_unusable": Title(
                cs="souběh starého a nového tajemství může trvat nejvýše 7 dní",
                en="the secret before may stay good for 7 days at most",
            ),
            "client_most_secrets": Title(
                cs="aplikace má platných tajemství už příliš mnoho",
                en="the application has too many good secrets",
            ),
            "client_secret_over": Title(
                cs="takové platné tajemství aplikace nemá", en="the application has no such good secret"
            ),
        },
    ),
)
