"""What is said of a change that closes the pages of policies to those who could approve there, in each language."""

from policies.fault import Words
from policies.reasons import CS, EN

NOBODY_APPROVES = Words(
    {
        CS: "pravidla by už nesměl schvalovat ani vracet nikdo ({where}): žádná role by pravidla přístupu nesměla "
        "zároveň číst a podepisovat, ať by udělala cokoli",
        EN: "nobody could approve policies or roll them back any more ({where}): no role could read and sign in the "
        "access policies, whatever it does",
    },
    {
        CS: "ponechte to aspoň jedné roli; bez ní by pravidla vrátil už jen provozovatel příkazem "
        "`brana policy roll-back`",
        EN: "leave that to one role at least; without it only an operator could bring the policies back, by "
        "`brana policy roll-back`",
    },
)
NOBODY_DRAFTS = Words(
    {
        CS: "návrhy pravidel by už nesměl psát nikdo ({where}): žádná role by pravidla přístupu nesměla zároveň číst "
        "a zapisovat, ať by udělala cokoli",
        EN: "nobody could draft policies any more ({where}): no role could read and write in the access policies, "
        "whatever it does",
    },
    {
        CS: "ponechte to aspoň jedné roli; bez ní by pravidla už nikdo z úřadu nezměnil",
        EN: "leave that to one role at least; without it nobody of the office could change the policies",
    },
)
NO_PORTAL = Words(
    {
        CS: "nikdo, kdo smí pravidla schvalovat, by už neotevřel portál ({where}), ať by udělal cokoli",
        EN: "nobody who may approve policies could open the portal any more ({where}), whatever they do",
    },
    {
        CS: "ponechte portál otevřený aspoň jedné roli, která pravidla schvaluje",
        EN: "leave the portal open to one role at least that approves policies",
    },
)
FEWER_HOURS = Words(
    {
        CS: "pravidla by šlo schvalovat a vracet jen v těchto hodinách: {left} ({where}); dnes to jde i jindy",
        EN: "policies could be approved and rolled back in these hours alone: {left} ({where}); today they can at "
        "other times too",
    },
    {
        CS: "posuďte, zda to tak má být: i tuto změnu by šlo vrátit jen tehdy",
        EN: "judge whether that is meant: this very change could be rolled back only then",
    },
)
ON_SOME_DAYS = Words(
    {
        CS: "pravidla by nešlo schvalovat ani vracet například {at} ({where}); podle dnešních pravidel by to šlo",
        EN: "policies could not be approved or rolled back on {at}, for example ({where}); by today's policies they "
        "could",
    },
    FEWER_HOURS.remedy,
)
NOBODY_FOUND = Words(
    {
        CS: "nenašli jsme nikoho, kdo by pak směl pravidla schvalovat a vracet ({where}), ani s bezpečnostním klíčem, "
        "ze zařízení v pořádku a v kteroukoli hodinu týdne; dnes to někdo smí",
        EN: "we found nobody who could approve policies and roll them back then ({where}), not even with a security "
        "key, from a device in order and at any hour of the week; today somebody can",
    },
    {
        CS: "posuďte, odkud a kdy by to ještě šlo: jinak by i tuto změnu vrátil už jen provozovatel příkazem "
        "`brana policy roll-back`",
        EN: "judge from where and when it could still be done: else only an operator could bring this change back too, "
        "by `brana policy roll-back`",
    },
)
