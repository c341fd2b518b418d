"""What rules of alerts are called, and what they say, in both languages."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from config.settings import AlertRule, Title
from config.vocabulary import Language
from gateway.alerts.delivered import DELIVERED
from gateway.audit.reasons import REASONS
from gateway.web.officer.kinds import KINDS

RULES: Mapping[str, Title] = {
    "failed_sign_ins": Title(cs="Mnoho chybných přihlášení osoby", en="Many failed sign-ins of a person"),
    "failed_sign_ins_of_address": Title(
        cs="Mnoho chybných přihlášení z adresy", en="Many failed sign-ins from an address"
    ),
    "impossible_travel": Title(cs="Nemožný přesun", en="Impossible travel"),
    "new_country": Title(cs="Přístup z nové země", en="Access from a new country"),
    "emergency_access": Title(cs="Nouzový přístup", en="Emergency access"),
    "policies_without_approval": Title(
        cs="Zásady v platnosti bez schválení", en="Policies in force without approval"
    ),
    "refresh_token_misused": Title(cs="Zneužitý obnovovací token", en="Refresh token misused"),
    "sign_out_not_told": Title(
        cs="Aplikaci se nepodařilo sdělit odhlášení", en="An application was not told of a sign-out"
    ),
    "recovery_administrator": Title(cs="Nouzový správce", en="Recovery administrator"),
    "log_damaged": Title(cs="Auditní záznam je poškozen", en="The audit log is damaged"),
    "log_gap": Title(cs="Mezera v auditním záznamu", en="Gap in the audit log"),
    "log_full": Title(cs="Na auditní záznam není místo", en="No room for the audit log"),
    "clock_drift": Title(cs="Skok systémových hodin", en="The system clock jumped"),
    "mass_download": Title(cs="Hromadné stahování", en="Mass download"),
    "mass_download_by_tunnel": Title(cs="Hromadné stahování tunelem", en="Mass download through a tunnel"),
    "refusals_after_hours": Title(cs="Zamítnutí mimo pracovní dobu", en="Refusals after hours"),
}
"""Of the delivered rules; one of the settings is shown by its name."""
OF_WHOM: Mapping[str, Title] = {
    "person": Title(cs="každá osoba zvlášť", en="each person apart"),
    "address": Title(cs="každá adresa zvlášť", en="each address apart"),
    "session": Title(cs="každá relace zvlášť", en="each session apart"),
    "application": Title(cs="každá aplikace zvlášť", en="each application apart"),
    "municipality": Title(cs="každá obec zvlášť", en="each municipality apart"),
    "code": Title(cs="každý druh zápisu zvlášť", en="each kind of entry apart"),
    "reason": Title(cs="každý důvod zvlášť", en="each reason apart"),
    "reason_of_node": Title(cs="každý důvod a uzel zvlášť", en="each reason and node apart"),
    "all": Title(cs="všechno dohromady", en="all together"),
}
NODE = Title(cs="{reason}, uzel {node}", en="{reason}, node {node}")
EACH = Title(cs="při každém výskytu", en="each time")
NEW = Title(cs="země, kde osoba nebyla {time}", en="a country where the person was not for {time}")
SUM = Title(cs="součet {number} ({field}) za {time}", en="{number} in all ({field}) within {time}")
COUNT = Title(cs="{number} za {time}", en="{number} within {time}")
AFTER_HOURS = Title(cs="mimo pracovní dobu", en="after hours")
OUTSIDE = Title(cs="mimo {countries}", en="outside {countries}")
UNITS = (
    (timedelta(days=1), Title(cs="{n} d", en="{n} d")),
    (timedelta(hours=1), Title(cs="{n} h", en="{n} h")),
    (timedelta(minutes=1), Title(cs="{n} min", en="{n} min")),
)
SECONDS = Title(cs="{n} s", en="{n} s")
SIZES = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def every_rule(configured: Sequence[AlertRule]) -> tuple[AlertRule, ...]:
    """Those that are switched off too."""
    return tuple({one.name: one for one in (*DELIVERED, *configured)}.values())


def limit(rule: AlertRule, language: Language) -> str:
    """When it is raised: `10 within 10 min, each person apart`."""
    said = [_amount(rule, language)]
    if rule.outside:
        said.append(OUTSIDE.in_language(language).format(countries=", ".join(rule.outside)))
    if rule.after_hours:
        said.append(AFTER_HOURS.in_language(language))
    return ", ".join((*said, OF_WHOM[rule.group_by].in_language(language)))


def group_said(rule: AlertRule | None, group: str, language: Language) -> str:
    """Of an alert: a kind of entry and a named reason in words; whoever else it is about as it is."""
    if rule is None or rule.group_by not in {"code", "reason", "reason_of_node"}:
        return group
    if rule.group_by == "code":
        kind = next((title for code, title in KINDS.items() if code.value == group), None)
        return group if kind is None else kind.in_language(language)
    reason, _, node = group.partition(" ") if rule.group_by == "reason_of_node" else (group, "", "")
    title = REASONS.name(reason)
    said = reason if title is None else title.in_language(language)
    return NODE.in_language(language).format(reason=said, node=node) if node else said


def _amount(rule: AlertRule, language: Language) -> str:
    within = span(rule.within, language)
    if rule.new:
        return NEW.in_language(language).format(time=within)
    if rule.sum_of:
        number = size(rule.at_least) if rule.sum_of.startswith("bytes") else str(rule.at_least)
        return SUM.in_language(language).format(number=number, field=rule.sum_of, time=within)
    if rule.at_least == 1:
        return EACH.in_language(language)
    return COUNT.in_language(language).format(number=rule.at_least, time=within)


def span(time: timedelta, language: Language) -> str:
    """In the largest unit of which it is a whole number."""
    for unit, title in UNITS:
        if time and not time % unit:
            return title.in_language(language).format(n=time // unit)
    return SECONDS.in_language(language).format(n=round(time.total_seconds()))


def size(number: int) -> str:
    for unit, name in SIZES:
        if number and not number % unit:
            return f"{number // unit} {name}"
    return f"{number} B"
