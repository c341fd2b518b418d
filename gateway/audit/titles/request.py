"""What entries about requests for access say to people: requests, orders, emergency access, delegations, purposes."""

from config.settings import Title
from gateway.audit.entry import Code

REQUEST_TITLES: dict[Code, Title] = {
    Code.REQUEST_MADE: Title(
        cs="Žádost o přístup: {who}, aplikace {application} (od {since} do {until}, důvod: {why})",
        en="Access asked for: {who}, application {application} (from {since} to {until}, because: {why})",
    ),
    Code.ORDER_PLACED: Title(
        cs="Zakázka dodavatele: {of}, aplikace {application} (zadal(a): {who}, garant: {sponsor}, do {until})",
        en="Order of a supplier: {of}, application {application} (by: {who}, sponsor: {sponsor}, until {until})",
    ),
    Code.EMERGENCY_BEGUN: Title(
        cs="Nouzový přístup: {who}, aplikace {application} (do {until}, důvod: {why}; přezkoumat do {review_by})",
        en="Emergency access: {who}, application {application} (until {until}, because: {why}; "
        "to be reviewed by {review_by})",
    ),
    Code.DELEGATION_RECORDED: Title(
        cs="Zaznamenáno zastupování: {of} zastupuje {who} (role {role}, od {since} do {until})",
        en="Delegation recorded: {of} stands in for {who} (role {role}, from {since} to {until})",
    ),
    Code.PURPOSE_STATED: Title(
        cs="Uveden účel nahlížení: {who}, aplikace {application} ({why}; agenda {agenda}, činnostní role "
        "{activity_role})",
        en="Purpose stated: {who}, application {application} ({why}; agenda {agenda}, activity role {activity_role})",
    ),
    Code.REQUEST_APPROVED: Title(
        cs="Žádost schválena: {who}, pro osobu {of}, aplikace {application} (schválení: {approvals})",
        en="Request approved: {who}, for {of}, application {application} (approvals: {approvals})",
    ),
    Code.REQUEST_DECLINED: Title(
        cs="Žádost zamítnuta: {who}, pro osobu {of}, aplikace {application} ({note})",
        en="Request declined: {who}, for {of}, application {application} ({note})",
    ),
    Code.REQUEST_ENDED: Title(
        cs="Předčasně ukončeno: {who}, pro osobu {of}, aplikace {application}",
        en="Ended early: {who}, for {of}, application {application}",
    ),
    Code.SPONSOR_GONE: Title(
        cs="Ukončeno, protože chybí ten, kdo za to ručil: osoba {of}, aplikace {application}",
        en="Ended, as whoever vouched for it is not there any more: {of}, application {application}",
    ),
    Code.EMERGENCY_REVIEWED: Title(
        cs="Nouzový přístup přezkoumán: {who}, použil(a): {of}, aplikace {application} ({note})",
        en="Emergency access reviewed: {who}, used by {of}, application {application} ({note})",
    ),
    Code.REQUEST_ACT_REFUSED: Title(
        cs="Úkon s žádostí nepřijat: {who} (důvod: {reason})",
        en="Act about a request not taken: {who} (reason: {reason})",
    ),
}
