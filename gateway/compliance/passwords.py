"""Passwords, first secrets, and the account of last resort (decree 409/2025, § 19 par. 4 to 6)."""

from collections.abc import Iterator
from datetime import timedelta

from config.settings import Title
from gateway.audit.entry import Code
from gateway.compliance.demand import Demand, Finding, Standing
from gateway.compliance.facts import Facts
from gateway.compliance.wording import said
from idp.login import recovery
from idp.login.enrolment_code import LIFETIME_MAX
from idp.login.entered import PASSWORD_MAX
from idp.login.password import SHORTEST, SHORTEST_OF_ADMINISTRATORS

USERS, ADMINISTRATORS, LAST_RESORT = 12, 17, 22  # characters, § 19 par. 4 and 6
ONCE = timedelta(hours=24)  # § 19 par. 5


def _length(_: Facts) -> Iterator[Finding]:
    yield from too_short(SHORTEST, SHORTEST_OF_ADMINISTRATORS)
    yield Finding(
        Standing.OUTSIDE,
        said(
            "Hesla měněná jinde než v Bráně hlídá jen adresář: nastavte v něm nejméně {users} znaků, "
            "správcům {admins} a "
            "technickým účtům {technical}.",
            "Passwords changed elsewhere than in Brána are watched by the directory alone: set {users} "
            "characters at least "
            "there, {admins} for administrators and {technical} for technical accounts.",
            users=USERS,
            admins=ADMINISTRATORS,
            technical=LAST_RESORT,
        ),
    )


def too_short(users: int, administrators: int) -> Iterator[Finding]:
    """What the law finds of the shortest passwords that are taken."""
    if users < USERS or administrators < ADMINISTRATORS:
        text = said(
            "Brána přijme hesla o {users} znacích, od správců o {administrators}.",
            "Brána takes passwords of {users} characters, of administrators of {administrators}.",
            users=users,
            administrators=administrators,
        )
        yield Finding(Standing.NOT_MET, text)


def _age(facts: Facts) -> Iterator[Finding]:
    for one in facts.settings.directories:
        what = (
            "minPwdAge 30 min, maxPwdAge 540 days, pwdHistoryLength 12"
            if one.kind == "active_directory"
            else "pwdMinAge 1800, pwdMaxAge 46656000, pwdInHistory 12"
        )
        yield Finding(
            Standing.OUTSIDE,
            said(
                "V adresáři {name} má platit: {what}.",
                "To be in force in the directory {name}: {what}.",
                name=one.name,
                what=what,
            ),
        )


def _first(_: Facts) -> Iterator[Finding]:
    if LIFETIME_MAX > ONCE:
        text = said(
            "Jednorázový kód smí platit {lifetime}.",
            "A single-use code may last {lifetime}.",
            lifetime=LIFETIME_MAX,
        )
        yield Finding(Standing.NOT_MET, text)
    yield Finding(
        Standing.OUTSIDE,
        said(
            "Kdo v adresáři zakládá nebo obnovuje heslo, označí ho ke změně při prvním přihlášení.",
            "Whoever sets a first or new password in the directory marks it to be changed at the first sign-in.",
        ),
    )


def _recovery(facts: Facts) -> Iterator[Finding]:
    if facts.settings.office.municipality is None:
        yield Finding(
            Standing.NOT_MET,
            said(
                "Účet pro obnovu tu není: nastavení neříká, ve které obci má roli.",
                "There is no recovery account: the settings do not say in which municipality it has a role.",
            ),
            "office.municipality",
            '"588296"',
        )
    elif not facts.recovery:
        yield Finding(
            Standing.NOT_MET,
            said(
                "Žádné tajemství účtu pro obnovu neplatí: vydejte ho příkazem brana recovery-admin issue a uložte v "
                "zapečetěné obálce.",
                "No secret of the recovery account is in force: issue one by brana recovery-admin issue and "
                "keep it in a "
                "sealed envelope.",
            ),
        )


PASSWORDS = (
    Demand(
        id="password-length",
        section="§ 19 odst. 4",
        title=Title(cs="Délka a síla hesel", en="Length and strength of passwords"),
        asks=Title(
            cs="Nejméně 12 znaků, u správců 17, u technických účtů 22; přijme se i 64 a více, libovolné "
            "znaky; běžná a "
            "odvozená hesla ne.",
            en="12 characters at least, 17 of administrators, 22 of technical accounts; 64 and more are "
            "taken, of any kind; "
            "common and derived ones are not.",
        ),
        how=lambda _: said(
            "Nové heslo má nejméně {users} znaků, správce {administrators}; přijme se až {most} libovolných "
            "znaků. Běžná slova, "
            "řady, opakování a vlastní jména se nepočítají. Programy hesla nemají.",
            "A new password has {users} characters at least, an administrator's {administrators}; up to "
            "{most} of any kind are "
            "taken. Common words, rows, repetitions and own names do not count. Programs have no passwords.",
            users=SHORTEST,
            administrators=SHORTEST_OF_ADMINISTRATORS,
            most=PASSWORD_MAX,
        ),
        check=_length,
        codes=(Code.SIGN_IN_PASSWORD_CHANGED, Code.SIGN_IN_PASSWORD_NOT_CHANGED),
    ),
    Demand(
        id="password-age",
        section="§ 19 odst. 4",
        lower=False,
        title=Title(cs="Stáří a opakování hesel", en="Age and repetition of passwords"),
        asks=Title(
            cs="Změna ne častěji než po 30 minutách, nejméně jednou za 18 měsíců, posledních 12 hesel nejde "
            "použít znovu.",
            en="Changed no more often than every 30 minutes, every 18 months at least, the last 12 not again.",
        ),
        how=lambda facts: said(
            "Stáří a historii hesel vede adresář ({directories}); Brána jeho odmítnutí sdělí a prošlé heslo "
            "dá změnit hned při "
            "přihlášení.",
            "The directory keeps age and history of passwords ({directories}); Brána tells its refusal and "
            "lets an expired "
            "password be changed at the sign-in.",
            directories=[one.name for one in facts.settings.directories],
        ),
        check=_age,
        codes=(
            Code.SIGN_IN_PASSWORD_CHANGED,
            Code.SIGN_IN_PASSWORD_NOT_CHANGED,
            Code.SIGN_IN_PASSWORD_UNCERTAIN,
        ),
    ),
    Demand(
        id="first-password",
        section="§ 19 odst. 5",
        title=Title(cs="První a obnovené heslo", en="First and reset password"),
        asks=Title(
            cs="První heslo se změní při prvním použití; obnovovací tajemství je jednorázové a žije nejvýše "
            "24 hodin.",
            en="The first password is changed at first use; a reset secret is single-use and lives 24 hours at most.",
        ),
        how=lambda _: said(
            "Heslo, které adresář označil ke změně, pustí jen k jeho změně. Kód pro první faktor je "
            "jednorázový, jen pro danou "
            "osobu, a platí nejvýše {lifetime}.",
            "A password that the directory marked leads to its change alone. The code for a first factor is "
            "single-use, for that "
            "person alone, and lasts {lifetime} at most.",
            lifetime=LIFETIME_MAX,
        ),
        check=_first,
        codes=(Code.ENROLMENT_CODE_ISSUED, Code.ENROLMENT_CODE_USED, Code.ENROLMENT_CODE_REFUSED),
    ),
    Demand(
        id="recovery",
        section="§ 19 odst. 6",
        lower=False,
        title=Title(cs="Účet správce pro obnovu", en="Recovery administrator account"),
        asks=Title(
            cs="Heslo je náhodné, nejméně 22 znaků, po použití se mění; každé nakládání s ním se zaznamená.",
            en="Its password is random, of 22 characters at least, changed after use; every handling is recorded.",
        ),
        how=lambda facts: said(
            "Tajemství má {length} náhodných znaků a platí pro jedno přihlášení. Nyní {state}.",
            "The secret has {length} random characters and is good for one sign-in. Now {state}.",
            length=recovery.LENGTH,
            state=Title(cs="jedno platí", en="one is in force")
            if facts.recovery
            else Title(cs="žádné neplatí", en="none is in force"),
        ),
        check=_recovery,
        codes=(Code.RECOVERY_ISSUED, Code.RECOVERY_USED, Code.RECOVERY_REVOKED, Code.RECOVERY_REFUSED),
    ),
)
