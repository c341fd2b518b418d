"""What entries about reviews of access say to people."""

from config.settings import Title
from gateway.audit.entry import Code

ACCESS_REVIEW_TITLES: dict[Code, Title] = {
    Code.ACCESS_REVIEW_BEGUN: Title(
        cs="Zahájen přezkum oprávnění obce {municipality}: {who} (oprávnění: {accesses}, termín: {until})",
        en="Access review of {municipality} begun: {who} (accesses: {accesses}, deadline: {until})",
    ),
    Code.ACCESS_REVIEW_DECIDED: Title(
        cs="Rozhodnuto o oprávnění při přezkumu: {who}, role {role} v obci {municipality} "
        "(rozhodl(a): {by}, výsledek: {decision})",
        en="Access decided in a review: {who}, role {role} in {municipality} (by: {by}, decision: {decision})",
    ),
    Code.ACCESS_REVIEW_CHANGED: Title(
        cs="Oprávnění se během přezkumu změnila, obec {municipality} (přibylo: {added}; zaniklo: {gone})",
        en="Accesses changed during a review of {municipality} (added: {added}; gone: {gone})",
    ),
    Code.ACCESS_REVIEW_CLOSED: Title(
        cs="Uzavřen přezkum oprávnění obce {municipality}: {who} (nerozhodnuto včas: {overdue})",
        en="Access review of {municipality} closed: {who} (not decided in time: {overdue})",
    ),
    Code.ACCESS_REVIEW_REFUSED: Title(
        cs="Úkon přezkumu oprávnění neproveden: {who} (důvod: {reason})",
        en="An act of access review was not done: {who} (reason: {reason})",
    ),
    Code.ACCESS_REMOVED: Title(
        cs="Role odebrána, od této chvíle neplatí: {who}, {role} v obci {municipality} (odebral(a): {by})",
        en="Role removed, it counts no more: {who}, {role} in {municipality} (by: {by})",
    ),
    Code.ACCESS_RESTORED: Title(
        cs="Odebraná role opět platí: {who}, {role} v obci {municipality} (vrátil(a): {by})",
        en="A removed role counts again: {who}, {role} in {municipality} (by: {by})",
    ),
    Code.ACCESS_REMOVAL_FOLLOWED: Title(
        cs="Odebraná role zmizela i z adresáře: {who}, {role} v obci {municipality}",
        en="A removed role is gone from the directory too: {who}, {role} in {municipality}",
    ),
    Code.ACCESS_REMOVAL_UNDONE: Title(
        cs="Odebraná role je opět v adresáři, stále neplatí: {who}, {role} v obci {municipality}",
        en="A removed role is in the directory again, it still does not count: {who}, {role} in {municipality}",
    ),
    Code.ACCESS_BLOCK_OVER: Title(
        cs="Odebraná role je z adresáře pryč celý den, blokování skončilo: {who}, {role} v obci {municipality}",
        en="A removed role has been gone from the directory for a day, its block is over: {who}, {role} in "
        "{municipality}",
    ),
}
