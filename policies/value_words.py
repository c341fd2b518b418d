"""Sentences about values that a fact never has, in each language. Czech first."""

from policies.fault import CS, EN, Words

OUT_OF_RANGE = Words(
    {
        CS: "`{operator}` tu vyjde vždy stejně: `{name}` je od {least} do {most}",
        EN: "`{operator}` always comes out the same here: `{name}` is from {least} to {most}",
    },
    {CS: "porovnejte s hodnotou, kterou mít může", EN: "compare it with a value that it can have"},
)
_LIST = {CS: "může to být: {known}", EN: "it can be: {known}"}
VALUE_MEANT = Words(
    {
        CS: '`{name}` není nikdy "{value}"; nemá tu být "{meant}"?',
        EN: '`{name}` is never "{value}"; is "{meant}" meant?',
    },
    _LIST,
)
NO_SUCH_VALUE = Words({CS: '`{name}` není nikdy "{value}"', EN: '`{name}` is never "{value}"'}, _LIST)
_CODES = {
    CS: "napište kód země podle ISO 3166-1, dvě velká písmena: CZ",
    EN: "write the code of a country by ISO 3166-1, two capital letters: CZ",
}
COUNTRY_MEANT = Words(VALUE_MEANT.what, _CODES)
NO_COUNTRY = Words(NO_SUCH_VALUE.what, _CODES)
NEVER_AS_WANTED = Words(
    {
        CS: "pravidlo nemůže nikdy platit: podmínky chtějí od `{name}` něco, co nikdy nenastane",
        EN: "the policy can never apply: its conditions want of `{name}` what never is",
    },
    {
        CS: "opravte jednu z těchto podmínek, nebo pravidlo vypusťte",
        EN: "correct one of these conditions, or take the policy out",
    },
)
NO_MIDNIGHT = Words(
    {
        CS: '`{name}` je vždy půlnoc, a "{value}" půlnoc není',
        EN: '`{name}` is always a midnight, and "{value}" is none',
    },
    {
        CS: 'napište jen den, datetime("2026-12-24"); na okamžik se ptá `context.time.now`',
        EN: 'write the day alone, datetime("2026-12-24"); an instant is asked for with `context.time.now`',
    },
)
