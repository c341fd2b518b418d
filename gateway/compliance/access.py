"""Who may what: roles, accounts, reviews, the end of a role (decree 409/2025, § 13)."""

from collections.abc import Iterator
from datetime import timedelta

from config.settings import Title
from gateway.audit.entry import Code
from gateway.compliance.demand import Demand, Finding, Standing
from gateway.compliance.facts import Facts
from gateway.compliance.wording import said
from idp.http.moments import PRAGUE

REVIEWED_WITHIN = timedelta(days=366)  # "regularly" is a year, as most offices say it
LONGEST_TECHNICAL = timedelta(days=549)  # 18 months: the longest any secret may stay the same
GRACE = timedelta(minutes=15)  # without a directory; the product's own profile
STREAM_GRACE = timedelta(minutes=1)
LEVELS = {
    "two-factors": Title(cs="dva faktory", en="two factors"),
    "phishing-resistant": Title(cs="odolné proti podvržení", en="phishing-resistant"),
}


def _roles(facts: Facts) -> Iterator[Finding]:
    single = [
        f"{role.role} ({role.person})"
        for directory in facts.settings.directories
        for role in directory.roles
        if role.person is not None
    ]
    if single:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Role dané jednotlivcům, ne skupinám: {roles}.",
                "Roles given to single people, not to groups: {roles}.",
                roles=single,
            ),
            "directories.roles.person",
            "group",
        )


def _identifiers(facts: Facts) -> Iterator[Finding]:
    shared = [one.id for one in facts.settings.applications if one.identity.way == "basic"]
    if shared:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Tyto aplikace znají všechny lidi pod jedním účtem; kdo v nich co udělal, říká jen záznam Brány: "
                "{applications}.",
                "These applications know all people by one account; who did what in them, only Brána's log says: "
                "{applications}.",
                applications=shared,
            ),
            "applications.identity.way",
            "assertion",
        )


def _administrators(facts: Facts) -> Iterator[Finding]:
    if not facts.settings.sign_in.administrators_separate:
        yield Finding(
            Standing.NOT_MET,
            said("Účet správce smí mít i jiné role.", "An administrator's account may have other roles too."),
            "sign_in.administrators_separate",
            "true",
        )


def _technical(facts: Facts) -> Iterator[Finding]:
    today = facts.now.astimezone(PRAGUE).date()
    for account in facts.settings.technical_accounts:
        if account.ends < today:
            text = said(
                "Technický účet {id} skončil {day}; už se nepřihlásí.",
                "Technical account {id} ended on {day}; it can sign in no more.",
                id=account.id,
                day=account.ends.isoformat(),
            )
            yield Finding(Standing.EXCEPTIONS, text, "technical_accounts.ends")
        elif account.ends - today > LONGEST_TECHNICAL:
            text = said(
                "Technický účet {id} platí až do {day}, déle než 18 měsíců.",
                "Technical account {id} is good until {day}, more than 18 months.",
                id=account.id,
                day=account.ends.isoformat(),
            )
            last = today + LONGEST_TECHNICAL
            yield Finding(Standing.EXCEPTIONS, text, "technical_accounts.ends", last.isoformat())


def _devices(facts: Facts) -> Iterator[Finding]:
    if not facts.settings.devices.enabled:
        yield Finding(
            Standing.OUTSIDE,
            said(
                "Zařízení se tu neevidují, takže se neví, v jakém jsou stavu (správa, šifrování disku): zapněte jejich "
                "evidenci, nebo vydejte pravidla pro mobilní a nespravovaná zařízení a dohlédněte na ně jinak.",
                "Devices are not enrolled here, so nothing is known of their state (management, disk encryption): turn "
                "enrolment on, or issue rules for mobile and unmanaged devices and watch over them by other means.",
            ),
            "devices.enabled",
            "true",
        )
    elif not facts.devices.in_use:
        yield Finding(
            Standing.EXCEPTIONS,
            said(
                "Žádné zařízení není evidované: o stavu žádného se nic neví. Vydejte zápisné kódy na stránce Zařízení "
                "nebo příkazem brana device code.",
                "No device is enrolled: nothing is known of the state of any. Issue codes on the page Devices, or by "
                "brana device code.",
            ),
        )
    if silent := facts.devices.silent:
        text = said(
            "Zařízení, která o svém stavu už nehlásí nic čerstvého: {number}; jako v pořádku se nepočítají.",
            "Devices that report nothing fresh of their state: {number}; they do not count as in order.",
            number=silent,
        )
        yield Finding(Standing.EXCEPTIONS, text)


def _reviews(facts: Facts) -> Iterator[Finding]:
    since = facts.now - REVIEWED_WITHIN
    done = {one.municipality for one in facts.reviews if one.closed_at is not None and one.closed_at >= since}
    if not done:
        yield Finding(
            Standing.NOT_MET,
            said(
                "Za poslední rok nebyl uzavřen žádný přezkum oprávnění: začněte ho na stránce Přezkumy nebo příkazem "
                "brana review begin.",
                "No access review was closed within the last year: begin one on the page Reviews, or by "
                "brana review begin.",
            ),
        )
    elif missing := [name for code, name in facts.municipalities.items() if code not in done]:
        text = said(
            "Za poslední rok nemají uzavřený přezkum ({number}): {names}.",
            "Without a closed review within the last year ({number}): {names}.",
            number=len(missing),
            names=missing,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    if late := [one for one in facts.reviews if one.overdue(facts.now)]:
        names = [facts.municipalities.get(one.municipality, one.municipality) for one in late]
        text = said(
            "Přezkumy po termínu ({number}): {names}.",
            "Reviews past their deadline ({number}): {names}.",
            number=len(late),
            names=names,
        )
        yield Finding(Standing.EXCEPTIONS, text)


def _end_of_role(facts: Facts) -> Iterator[Finding]:
    settings = facts.settings
    if settings.facts.grace > GRACE:
        text = said(
            "Při výpadku adresáře platí poslední známé role {grace}.",
            "While a directory is away, the last known roles count for {grace}.",
            grace=settings.facts.grace,
        )
        yield Finding(Standing.EXCEPTIONS, text, "facts.grace", "15 min")
    if settings.streams.grace > STREAM_GRACE:
        text = said(
            "Otevřené spojení, o němž nelze rozhodnout, trvá {grace}.",
            "An open connection about which nobody can decide lasts {grace}.",
            grace=settings.streams.grace,
        )
        yield Finding(Standing.EXCEPTIONS, text, "streams.grace", "1 min")


ACCESS = (
    Demand(
        id="roles",
        section="§ 13",
        title=Title(
            cs="Přístup podle skupin a rolí, nejmenší oprávnění",
            en="Access by groups and roles, least privilege",
        ),
        asks=Title(
            cs="Každý smí jen to, co potřebuje ke své práci, podle skupin a rolí.",
            en="Everybody may do only what their work needs, by groups and roles.",
        ),
        how=lambda facts: said(
            "Co žádné pravidlo nedovolí, je zamítnuto. Role dávají adresáře: {directories}. Platí pravidla "
            "verze {version}; "
            "aplikací za Bránou: {applications}, obcí: {municipalities}.",
            "What no policy permits is refused. Directories give the roles: {directories}. Policies of "
            "version {version} are "
            "in force; applications behind Brána: {applications}, municipalities: {municipalities}.",
            directories=[one.name for one in facts.settings.directories],
            version=facts.policies,
            applications=len(facts.settings.applications),
            municipalities=len(facts.municipalities),
        ),
        check=_roles,
        codes=(Code.DECISION_PERMIT, Code.DECISION_REFUSE, Code.POLICIES_LOADED),
    ),
    Demand(
        id="identifiers",
        section="§ 13",
        title=Title(cs="Jednoznačné identifikátory", en="Unique identifiers"),
        asks=Title(
            cs="Každý účet patří jedné osobě nebo jednomu programu a pozná se vždy.",
            en="Each account belongs to one person or program and can always be told apart.",
        ),
        how=lambda facts: said(
            "Osobu určuje neměnný identifikátor adresáře s jeho jménem, ne přihlašovací jméno; stojí v "
            "každém zápisu o ní. "
            "Adresářů: {directories}, technických účtů: {programs}.",
            "A person is the directory's lasting identifier with the directory's name, not a login; it "
            "stands in every entry "
            "about them. Directories: {directories}, technical accounts: {programs}.",
            directories=len(facts.settings.directories),
            programs=len(facts.settings.technical_accounts),
        ),
        check=_identifiers,
        codes=(Code.SIGN_IN_COMPLETED, Code.FACTS_CHANGED),
    ),
    Demand(
        id="administrators",
        section="§ 13",
        title=Title(cs="Oddělené účty správců", en="Separate accounts of administrators"),
        asks=Title(
            cs="Správce má pro správu jiný účet než pro běžnou práci.",
            en="Administrators have another account for administration than for daily work.",
        ),
        how=lambda facts: said(
            "Účet s rolí správce a jakoukoli jinou rolí se {refused}. Správci a bezpečnostní správci se "
            "ověřují na úrovni "
            "„{level}“, bez výjimek; jejich relace trvá nejvýše {longest}.",
            "An account with an administrator's role and any other {refused}. Administrators and security "
            "officers are "
            "recognised at the level “{level}”, without exceptions; their session lasts {longest} at most.",
            refused=Title(cs="odmítne", en="is refused")
            if facts.settings.sign_in.administrators_separate
            else Title(cs="neodmítá", en="is not refused"),
            level=LEVELS[facts.settings.sign_in.administrators_level],
            longest=facts.settings.sign_in.absolute_administrators,
        ),
        check=_administrators,
        codes=(Code.SIGN_IN_FAILED, Code.OFFICER_ACT_REFUSED),
    ),
    Demand(
        id="technical",
        section="§ 13",
        title=Title(cs="Technické účty", en="Technical accounts"),
        asks=Title(
            cs="Účty programů mají správce, rozsah a konec.",
            en="Accounts of programs have an owner, a scope and an end.",
        ),
        how=lambda facts: said(
            "Technických účtů: {number}. Každý má v nastavení odpovědnou osobu, role a poslední den; "
            "prokazuje se klíčem, "
            "certifikátem nebo náhodným tajemstvím o 256 bitech a nemá přístup, který pravidla nedávají "
            "výslovně programům.",
            "Technical accounts: {number}. Each has an owner, roles and a last day in the settings; it "
            "proves itself by a key, "
            "a certificate or a random secret of 256 bits, and has no access that policies do not give to "
            "programs by name.",
            number=len(facts.settings.technical_accounts),
        ),
        check=_technical,
        codes=(Code.TECHNICAL_SECRET_ISSUED, Code.TECHNICAL_SECRET_REVOKED, Code.TECHNICAL_REFUSED),
    ),
    Demand(
        id="devices",
        section="§ 13",
        title=Title(cs="Mobilní a nespravovaná zařízení", en="Mobile and unmanaged devices"),
        asks=Title(
            cs="Pro zařízení, která úřad nespravuje, platí pravidla.",
            en="Rules hold for devices that the office does not manage.",
        ),
        how=lambda facts: said(
            "Nový prohlížeč se pozná, osoba je na něj upozorněna a potvrdí ho. Zařízení s agentem (v evidenci "
            "{enrolled}, z nich spravovaných {managed}) se prokazuje vlastním klíčem a hlásí svůj stav; pravidla podle "
            "něj, podle sítě (pojmenovaných: {networks}) a místa rozhodují, a co se neví, žádné pravidlo nesplní.",
            "A new browser is recognised, and its person is told and confirms it. A device with an agent (enrolled: "
            "{enrolled}, of these managed: {managed}) proves itself by its own key and reports its state; policies "
            "decide by that, by network (named: {networks}) and place, and what is not known meets no policy.",
            enrolled=facts.devices.in_use,
            managed=facts.devices.managed,
            networks=len(facts.settings.networks),
        ),
        check=_devices,
        codes=(
            *(Code.NEW_DEVICE, Code.NEW_DEVICE_OWNED, Code.NEW_DEVICE_DISOWNED),
            *(Code.DEVICE_ENROLLED, Code.DEVICE_REPORTED_OTHERWISE, Code.DEVICE_STALE, Code.DEVICE_BLOCKED),
            *(Code.DEVICE_LOST, Code.DEVICE_RETIRED, Code.DEVICE_SUSPENDED),
        ),
    ),
    Demand(
        id="review",
        section="§ 13",
        title=Title(cs="Pravidelný přezkum oprávnění", en="Regular review of access"),
        asks=Title(cs="Oprávnění se pravidelně přezkoumávají.", en="Access is reviewed regularly."),
        how=lambda facts: said(
            "Každá obec prochází, kdo co má; odebraná role přestane platit hned. O čem do termínu nikdo "
            "nerozhodl, se {then}. "
            "Uzavřených přezkumů celkem: {closed}.",
            "Each municipality goes through who has what; a role that is removed counts no more at once. "
            "What nobody decided "
            "by the deadline is {then}. Closed reviews in all: {closed}.",
            then=Title(cs="odebere", en="removed")
            if facts.settings.access_review.undecided == "remove"
            else Title(cs="ponechá a hlásí", en="kept and told"),
            closed=sum(one.over for one in facts.reviews),
        ),
        check=_reviews,
        codes=(Code.ACCESS_REVIEW_BEGUN, Code.ACCESS_REVIEW_DECIDED, Code.ACCESS_REVIEW_CLOSED),
    ),
    Demand(
        id="end-of-role",
        section="§ 13",
        title=Title(cs="Okamžité odebrání na konci role", en="Immediate removal at the end of a role"),
        asks=Title(
            cs="S koncem role nebo práce končí i přístup.", en="Access ends with the role or the employment."
        ),
        how=lambda facts: said(
            "Adresáře se čtou {refresh:every}; kdo přijde o roli nebo účet, přijde o relace a otevřená "
            "spojení. Jednou vydané "
            "svolení žije nejdéle {grant} a lze ho zrušit hned.",
            "Directories are read {refresh:every}; whoever loses a role or the account loses sessions and "
            "open connections. A "
            "grant once given lives {grant} at most and can be revoked at once.",
            refresh=facts.settings.facts.refresh,
            grant=facts.settings.grants.lifetime,
        ),
        check=_end_of_role,
        codes=(Code.FACTS_CHANGED, Code.SESSION_ENDED, Code.REVOCATION, Code.STREAM_CUT),
    ),
)
