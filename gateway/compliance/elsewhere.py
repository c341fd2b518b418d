"""What other machines know of the log: whether one vouches for it, one has its entries, somebody hears of alerts."""

from collections.abc import Iterator

from config.settings import AuditReceiver
from gateway.audit.entry import Code
from gateway.compliance.demand import Finding, Standing
from gateway.compliance.facts import Facts, Vouches
from gateway.compliance.wording import said
from idp.http.moments import PRAGUE

RECEIVER = 'name = "siem", kind = "syslog", host = "…"'
TELLS = 'name = "upozorneni", kind = "mail", address = "…", only = ["alert"]'


def vouched(facts: Facts) -> Iterator[Finding]:
    """Witnesses, or copies of checkpoints that somebody keeps."""
    audit = facts.settings.audit
    named = {which: [name for name, one in facts.witnesses.items() if one is which] for which in Vouches}
    if refusing := named[Vouches.REFUSES]:
        text = said(
            "Svědek odmítá záznam potvrdit, protože zná jinou jeho historii: {names}.",
            "A witness refuses to vouch for the log, because it knows another history of it: {names}.",
            names=refusing,
        )
        yield Finding(Standing.NOT_MET, text)
    if silent := [*named[Vouches.AWAY], *named[Vouches.NOT_YET]]:
        text = said(
            "Svědek záznam teď nepotvrzuje: {names}. Co vzniklo od jeho posledního potvrzení, dokládá jen tento stroj.",
            "A witness does not vouch for the log now: {names}. Of what was recorded since it last did, only this "
            "machine gives proof.",
            names=silent,
        )
        yield Finding(Standing.EXCEPTIONS, text)
    if audit.witnesses:
        return
    if audit.mail_checkpoints_to:
        text = said(
            "Svědka záznam nemá. Podepsaný kontrolní bod odchází jednou denně poštou (adres: {number}): zprávy je "
            "třeba uchovat, proti nim se pozná i přepsání celé historie, ne však dne, který se ještě neodeslal.",
            "The log has no witness. A signed checkpoint goes out by mail once a day (addresses: {number}): keep the "
            "messages. Held against them even a history written anew is found, but not one of a day not sent yet.",
            number=len(audit.mail_checkpoints_to),
        )
    else:
        text = said(
            "Svědka záznam nemá a kontrolní body nikam neodcházejí: kdo ovládne celý tento stroj i s klíčem, může "
            "napsat jinou historii. Nastavte svědka, nebo kopírujte soubor checkpoints.log na jiný stroj.",
            "The log has no witness, and checkpoints go nowhere: whoever has all of this machine with its key can "
            "write another history. Set a witness, or copy the file checkpoints.log to another machine.",
        )
    yield Finding(Standing.OUTSIDE, text, "audit.witnesses", 'address = "https://…", key = "…"')


def sent_on(facts: Facts) -> Iterator[Finding]:
    """Receivers that take all of it; one that is narrowed to some codes holds no copy."""
    if waiting := facts.receivers_waiting:
        text = said(
            "Příjemce záznamů nepřijímá, záznamy čekají tady: {names}.",
            "A receiver of the log takes nothing, entries wait here: {names}.",
            names=[f"{name} ({at.astimezone(PRAGUE):%Y-%m-%d})" for name, at in waiting.items()],
        )
        yield Finding(Standing.EXCEPTIONS, text)
    if not any(not one.only for one in facts.settings.audit.receivers):
        text = said(
            "Záznamy se nikam nepředávají: s diskem tohoto stroje zmizí, co přibylo od poslední zálohy.",
            "The log is forwarded nowhere: with the disk of this machine goes what was added since the last backup.",
        )
        yield Finding(Standing.OUTSIDE, text, "audit.receivers", RECEIVER)


def told(facts: Facts) -> Iterator[Finding]:
    """Whoever is not looking at the pages has to hear of an alert by some other way."""
    if not any(_takes_alerts(one) for one in facts.settings.audit.receivers):
        text = said(
            "Upozornění nikam neodcházejí: kdo se zrovna nedívá na stránku Upozornění, o ničem neví.",
            "Alerts go nowhere: whoever is not looking at the page Alerts knows of nothing.",
        )
        yield Finding(Standing.EXCEPTIONS, text, "audit.receivers", TELLS)


def _takes_alerts(receiver: AuditReceiver) -> bool:
    raised = Code.ALERT_RAISED.value
    return not receiver.only or any(raised == one or raised.startswith(f"{one}.") for one in receiver.only)
