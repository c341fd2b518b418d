"""What somebody is told whose act about a request came to nothing, by its named reason."""

from collections.abc import Mapping

from gateway.asks.refused import AskRefused, Why
from gateway.asks.wish import MOST, MOST_A_DAY, WHY_MAX, WORDS
from gateway.web.refusal import ShownRefusal, both
from gateway.web.same_person import by_another_account

NOBODY_CS = (
    "V obci je málo lidí, kteří smějí schvalovat; vlastní žádost si nikdo neschválí. Řekněte to místnímu správci nebo "
    "správci technologického centra: roli, která schvaluje, může dostat někdo další, i jen zastupováním. "
    "Nesnese-li věc odkladu, je tu nouzový přístup."
)
NOBODY_EN = (
    "The municipality has too few people who may approve; nobody approves an own request. Tell the municipality's "
    "or the centre's administrator: somebody else can be given a role that approves, if only as a deputy. If it "
    "cannot wait, there is emergency access."
)
TEXTS: Mapping[Why, tuple[str, str, str, str]] = {
    Why.OWN: (
        "O vlastní věci nelze rozhodnout",
        "You may not decide your own matter",
        "Požádejte o to někoho jiného.",
        "Ask somebody else to do it.",
    ),
    Why.DUTIES: (
        "Tyto úkony se nesmějí sejít u jedné osoby",
        "These acts may not meet in one person",
        "V téže věci jste už něco udělali. Požádejte někoho jiného.",
        "You have done something else in the same matter. Ask somebody else.",
    ),
    Why.OVER: (
        "O žádosti už je rozhodnuto",
        "The request is decided already",
        "Mezitím ji někdo vyřídil nebo ukončil, nebo uplynula její doba.",
        "Somebody has dealt with it or ended it meanwhile, or its time is over.",
    ),
    Why.UNKNOWN: (
        "Takovou žádost nenacházíme",
        "There is no such request",
        "Neexistuje, nebo patří jiné obci. Jednáte-li za více obcí, přepněte se na portálu.",
        "It does not exist, or is another municipality's. If you act for several, switch in the portal.",
    ),
    Why.APPROVED_BEFORE: (
        "Tuto žádost jste už schválili",
        "You have approved this request before",
        "Druhé schválení musí dát někdo jiný.",
        "Somebody else has to give the second approval.",
    ),
    Why.NOT_SPONSOR: (
        "Zakázku potvrzuje jen její garant",
        "An order is confirmed by its sponsor alone",
        "Nejste uvedeni jako garant této zakázky.",
        "You are not named as the sponsor of this order.",
    ),
    Why.UNEXPLAINED: (
        "Chybí důvod",
        "A reason is missing",
        f"Napište čitelný důvod, nejvýše {WHY_MAX} znaků.",
        f"Write a readable reason, in {WHY_MAX} characters or less.",
    ),
    Why.SHORT: (
        "Důvod je příliš krátký",
        "The reason is too short",
        f"Napište alespoň {WORDS} slova: k čemu přístup je, u zakázky co se má udělat. Čte je ten, kdo rozhoduje.",
        f"Write {WORDS} words at least: what the access is for, or the work of an order. Whoever decides reads them.",
    ),
    Why.THREE_WORDS: (
        "Důvod nouzového přístupu je příliš krátký",
        "The reason for emergency access is too short",
        f"Napište alespoň {WORDS} slova: co se stalo a co potřebujete udělat.",
        f"Write {WORDS} words at least: what happened and what you need to do.",
    ),
    Why.SUPPLIERS_EMERGENCY: (
        "Dodavatelé nouzový přístup nemají",
        "Suppliers have no emergency access",
        "Práci dodavatele otevírá zakázka. Zavolejte jejímu garantovi, nebo komukoli v obci, kdo vám ji potvrdí.",
        "An order opens a supplier's work. Call its sponsor, or anybody in the municipality who would confirm one.",
    ),
    Why.WINDOW: (
        "Doba přístupu není správně",
        "The time of access is not right",
        "Konec musí být v budoucnu a později než začátek.",
        "The end must be in the future, and later than the beginning.",
    ),
    Why.TOO_LONG: (
        "Žádáte o příliš dlouhou dobu",
        "You ask for too long a time",
        "Zvolte dřívější konec. Až přístup skončí, lze požádat znovu.",
        "Choose an earlier end. When the access is over you can ask again.",
    ),
    Why.TOO_EARLY: (
        "Začátek je příliš daleko",
        "It begins too far ahead",
        "Požádejte, až bude začátek blíž.",
        "Ask when the beginning is nearer.",
    ),
    Why.APPLICATION: (
        "O tuto aplikaci nelze žádat",
        "This application cannot be asked for",
        "Vyberte aplikaci, kterou obec používá.",
        "Choose an application that the municipality uses.",
    ),
    Why.ACTIONS: (
        "Tuto činnost aplikace nemá",
        "The application has no such action",
        "Zaškrtněte, co chcete v aplikaci dělat, a jen to, co umí.",
        "Tick what you want to do, and only what the application can do.",
    ),
    Why.NO_ACTION: (
        "Není vybráno, co chcete v aplikaci dělat",
        "It is not chosen what you want to do",
        "Zaškrtněte alespoň jednu činnost.",
        "Tick one action at least.",
    ),
    Why.TOO_MANY: (
        "Máte příliš mnoho žádostí",
        "You have too many requests",
        f"Najednou jich může být {MOST} a za den {MOST_A_DAY}. Nepotřebné ukončete, nebo to zkuste zítra.",
        f"There may be {MOST} at once and {MOST_A_DAY} in a day. End those you do not need, or try tomorrow.",
    ),
    Why.PERSON_UNKNOWN: (
        "Tuto osobu adresář nezná",
        "No directory knows this person",
        "Zkontrolujte příjmení nebo přihlašovací jméno. Podle příjmení tu formulář najde jen toho, koho sám nabízí.",
        "Check the surname or the user name. By the surname the form finds only those whom it suggests.",
    ),
    Why.SEVERAL_MEANT: (
        "Tak se jmenuje víc lidí",
        "Several people have that name",
        "Vyberte ve formuláři, koho myslíte.",
        "Choose in the form whom you mean.",
    ),
    Why.ONE_MEANT: (
        "Je to tento člověk? Zatím se nic nezapsalo",
        "Is it this person? Nothing is recorded yet",
        "Napsané jméno má mezi nabízenými jediný člověk. Je-li to on, odešlete formulář znovu.",
        "One of those suggested has the name that was written. If it is this one, send the form again.",
    ),
    Why.NOT_A_SUPPLIER: (
        "Zakázka je jen pro dodavatele",
        "An order is for suppliers only",
        "Osoba nemá v této obci roli dodavatele.",
        "The person holds no role of a supplier in this municipality.",
    ),
    Why.SPONSOR_UNFIT: (
        "Tato osoba nemůže být garantem",
        "This person cannot be the sponsor",
        "Garantem je pracovník obce, za kterou jednáte, a nikdy sám dodavatel.",
        "The sponsor is an officer of the municipality you act for, and never the supplier.",
    ),
    Why.ONESELF: (
        "Zastupovat sám sebe nelze",
        "Nobody stands in for themselves",
        "Uveďte přihlašovací jméno někoho jiného.",
        "Give the user name of somebody else.",
    ),
    Why.ROLE_NOT_HELD: (
        "Tuto roli předat nemůžete",
        "You cannot hand over this role",
        "Předat lze jen vlastní roli v obci, za kterou jednáte; ne tu, kterou máte jako zástupce.",
        "You can hand over your own role in the municipality you act for; not one that you hold as a deputy.",
    ),
    Why.DEPUTY_UNFIT: (
        "Tato osoba nemůže zastupovat",
        "This person cannot stand in",
        "Zástupcem je pracovník téže obce.",
        "A deputy is an officer of the same municipality.",
    ),
    Why.ROLES_MEET: (
        "Tato role se nesmí sejít s jinou rolí zástupce",
        "This role may not meet with another role of the deputy",
        "Zástupce má, nebo už v zastoupení vykonává, roli, která se s touto nesmí sejít. Vyberte někoho jiného.",
        "The deputy holds a role, or stands in for one, that may not meet with this one. Choose somebody else.",
    ),
    Why.REVIEWED_LATE: (
        "Váš dřívější nouzový přístup nikdo nepřezkoumal",
        "Nobody has reviewed your earlier emergency access",
        "Další bude možný, až ho někdo jiný přezkoumá. Zavolejte manažera kybernetické bezpečnosti.",
        "The next is possible when somebody else has reviewed it. Call the security officer.",
    ),
    Why.REVIEWED_FIRST: (
        "Vaše nouzové přístupy čekají na přezkum",
        "Your uses of emergency access wait for their review",
        "Další bude možný, až někdo jiný přezkoumá aspoň jeden z nich. Zavolejte manažera kybernetické bezpečnosti.",
        "The next is possible when somebody else has reviewed at least one of them. Call the security officer.",
    ),
    Why.RUNS_ALREADY: (
        "Nouzový přístup k této aplikaci už máte",
        "You have emergency access to this application already",
        "Otevřete aplikaci. Po jeho skončení můžete požádat o další.",
        "Open the application. When it ends you can open another.",
    ),
    Why.STILL_RUNS: (
        "Nouzový přístup ještě běží",
        "The emergency access is still running",
        "Přezkoumejte ho, až skončí, nebo ho nejprve ukončete.",
        "Review it when it is over, or end it first.",
    ),
    Why.CODES: (
        "Kód agendy nebo činnostní role není správně",
        "The code of the agenda or activity role is not right",
        "Kódy se píší jako A115 a CR22.",
        "Codes are written like A115 and CR22.",
    ),
    Why.OPENS_NOTHING: (
        "Ani po schválení by se to neotevřelo",
        "It would stay closed even if it were approved",
        "Zeptejte se toho, kdo v obci spravuje pravidla.",
        "Ask whoever looks after the municipality's policies.",
    ),
    Why.NOBODY_DECIDES: (
        "O této žádosti tu nemá kdo rozhodnout",
        "Nobody here can decide about this request",
        NOBODY_CS,
        NOBODY_EN,
    ),
}
REFUSALS: Mapping[Why, ShownRefusal] = {Why.SAME_PERSON: by_another_account()} | {
    why: ShownRefusal(
        reason=why,
        title=both(cs=title_cs, en=title_en),
        advice=both(cs=advice_cs, en=advice_en),
        switch_may_help=why is Why.UNKNOWN,
    )
    for why, (title_cs, title_en, advice_cs, advice_en) in TEXTS.items()
}


def refusal_of(error: AskRefused) -> ShownRefusal:
    """Which account it was is told to whoever it belongs to."""
    return by_another_account(error.account) if error.reason is Why.SAME_PERSON else REFUSALS[error.reason]
