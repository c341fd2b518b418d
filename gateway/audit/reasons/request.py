"""Names of the reasons why something that is asked for, or done about it, comes to nothing."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Žádosti o přístup", en="Access requests"),
        {
            "own_request": Title(cs="rozhodování o vlastní žádosti", en="decided about the own request"),
            "same_person": Title(
                cs="jednala by táž osoba pod jiným účtem", en="the same person would act by another account"
            ),
            "separation_of_duties": Title(
                cs="role nebo úkony, které se nesmějí sejít u jedné osoby",
                en="roles or acts that may not meet in one person",
            ),
            "request_over": Title(cs="o žádosti už bylo rozhodnuto", en="the request is decided or over"),
            "request_unknown": Title(
                cs="žádost neexistuje nebo se osoby netýká", en="no such request, or none of the person's"
            ),
            "approved_before": Title(cs="osoba už jednou schválila", en="the person has approved it before"),
            "not_the_sponsor": Title(cs="osoba není garantem zakázky", en="not the sponsor of the order"),
            "request_without_reason": Title(cs="chybí čitelný důvod", en="no readable reason was given"),
            "request_reason_short": Title(
                cs="důvod žádosti nemá tři slova", en="the reason of the request has less than three words"
            ),
            "person_to_confirm": Title(
                cs="osoba napsaná jen příjmením čeká na potvrzení",
                en="a person written by the surname alone is to be confirmed",
            ),
            "emergency_without_reason": Title(
                cs="důvod nouzového přístupu má méně než tři slova",
                en="a reason of less than three words for emergency access",
            ),
            "emergency_of_a_supplier": Title(
                cs="nouzový přístup chtěl dodavatel", en="emergency access wanted by a supplier"
            ),
            "request_window_wrong": Title(cs="nesprávná doba přístupu", en="a wrong time of access"),
            "request_too_long": Title(cs="příliš dlouhá doba", en="too long a time"),
            "request_too_far_ahead": Title(cs="začátek je příliš daleko", en="it begins too far ahead"),
            "request_application_unknown": Title(
                cs="o takovou aplikaci žádat nelze", en="no application to ask for"
            ),
            "request_action_unknown": Title(
                cs="aplikace takovou činnost nemá", en="the application has no such action"
            ),
            "request_without_action": Title(cs="nebyla vybrána žádná činnost", en="no action was chosen"),
            "too_many_requests_open": Title(
                cs="příliš mnoho žádostí osoby", en="too many requests of the person"
            ),
            "not_a_supplier": Title(cs="osoba není v obci dodavatelem", en="no supplier in the municipality"),
            "sponsor_unfit": Title(
                cs="garant není pracovníkem obce", en="the sponsor is no officer of the municipality"
            ),
            "several_people_meant": Title(
                cs="jméno, které má víc lidí", en="a name that several people have"
            ),
            "delegation_to_oneself": Title(
                cs="zastupování sebe sama", en="delegated to the person themselves"
            ),
            "role_not_held": Title(
                cs="osoba vlastní roli, kterou předává, nemá", en="delegated a role that is not the person's"
            ),
            "deputy_unfit": Title(
                cs="zástupce není pracovníkem obce", en="the deputy is no officer of the municipality"
            ),
            "deputy_separation_of_duties": Title(
                cs="předávaná role se nesmí sejít s jinou rolí zástupce",
                en="a role that may not meet with another of the deputy",
            ),
            "reviewed_late": Title(
                cs="dřívější nouzový přístup nebyl včas přezkoumán",
                en="an earlier emergency access was not reviewed in time",
            ),
            "review_outstanding": Title(
                cs="na přezkum čeká tolik nouzových přístupů, kolik nejvýše smí",
                en="as many uses of emergency access wait for their review as may",
            ),
            "request_opens_nothing": Title(
                cs="nic by neotevřelo, ani kdyby se schválilo",
                en="it would open nothing, even if it were approved",
            ),
            "nobody_to_decide": Title(
                cs="v obci nemá kdo rozhodnout", en="nobody in the municipality could decide"
            ),
            "emergency_runs_already": Title(
                cs="nouzový přístup osoby už běží", en="emergency access of the person runs already"
            ),
            "emergency_still_runs": Title(
                cs="nouzový přístup ještě neskončil", en="the emergency access has not ended yet"
            ),
            "agenda_unreadable": Title(
                cs="nečitelný kód agendy nebo činnostní role",
                en="an unreadable code of agenda or activity role",
            ),
            "request.ended": Title(
                cs="změna toho, o co osoba požádala", en="something the person had asked for changed"
            ),
            "person.other_account": Title(
                cs="změnil se jiný účet téže osoby", en="another account of the person changed"
            ),
            "request.made": Title(cs="nová žádost osoby", en="a new request of the person"),
            "request.order_placed": Title(cs="nová zakázka dodavatele", en="a new order of the supplier"),
            "request.emergency_begun": Title(cs="nouzový přístup", en="emergency access"),
            "request.delegation_recorded": Title(cs="nové zastupování", en="a new delegation"),
            "request.purpose_stated": Title(cs="uvedený účel nahlížení", en="a stated purpose"),
            "request.approved": Title(cs="schválená žádost", en="a request was approved"),
            "request.declined": Title(cs="zamítnutá žádost", en="a request was declined"),
            "request.sponsor_gone": Title(
                cs="chybí ten, kdo za to ručil", en="whoever vouched for it is not there any more"
            ),
            "request.emergency_reviewed": Title(
                cs="přezkoumaný nouzový přístup", en="emergency access was reviewed"
            ),
        },
    ),
)
