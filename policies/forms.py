"""Forms in the place of text: templates with parameters, from which the text of a policy is written.

The text says of which form and parameters it is, so it can be opened in the form again. What was edited by hand after
that is no longer what the form would write: it is text alone from then on.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from config.vocabulary import Language, MunicipalityCode
from policies.form_words import FORMER_HOUR, HOUR, sentence
from policies.model import Text
from policies.parameters import (
    ANYTHING,
    FieldFault,
    Offered,
    Parameter,
    Unfit,
    Value,
    in_cedar,
    read_value,
    shown,
)
from policies.parsed import parsed
from policies.reasons import CS, EN
from policies.review import IDENTIFIER

FOLDER = Path(__file__).with_name("templates")
ORDER = (
    "may-use",
    "temporary-access",
    "deputy",
    "supplier-under-order",
    "department-files",
    "hours",
    "night-hours",
    "stronger-sign-in",
    "recent-sign-in",
    "managed-device",
    "networks",
    "countries",
    "read-only",
    "never",
)
"""As people look for them: what permits, then what forbids."""
ID = "id"
NO_NAME: Text = {
    CS: "Pojmenujte pravidlo malými písmeny, číslicemi a pomlčkami, například rozpocet-ucetni.",
    EN: "Name the rule in lower-case letters, digits and hyphens, as in budget-accountants.",
}
LATER: Text = {CS: "Musí být později než „{label}“.", EN: "It must be later than “{label}”."}
NOT_EARLIER: Text = {CS: "Nesmí být dříve než „{label}“.", EN: "It must not be before “{label}”."}
NOT_FOR: Text = {
    CS: "Pro roli „{role}“ to zvolit nelze. Zrušte zaškrtnutí, nebo této roli napište vlastní pravidlo.",
    EN: "It cannot be chosen for the role “{role}”. Untick it, or write a policy of its own for that role.",
}
LONGEST = 10  # characters of an hour or a day, which are compared as texts

Values = Mapping[str, Value]
"""By name of the parameter; `id` is the name of the policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Of the text, where the box `when` is ticked and `unless` is not; those of one name follow each other."""

    name: str
    when: str
    unless: str = ""
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    title: Text
    help: Text
    parameters: tuple[Parameter, ...]
    permits: bool
    text: str
    """Cedar with `$parameter` and `$code`, and `$advice_cs` and `$advice_en` where `advice` says them."""
    called: Text
    """Its policy, with `$parameter`."""
    advice: tuple[Text, ...] = ()
    """What refused people read, with `$parameter`; the first is written today, the others were before."""
    parts: tuple[Part, ...] = ()
    """Each fills the hole of its name. The box of one is kept only where it is ticked, so a text written before there
    was the box is still the form's.
    """


class FormRefused(Exception):
    """Not filled in as it must be. `faults`: at most one for each field."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("; ".join(f"{one.name}: {one.message[EN]}" for one in faults))
        self.faults = tuple(faults)


@lru_cache(maxsize=1)
def forms() -> Mapping[str, Form]:
    """All there are by name, in the order of a list of them."""
    return {name: _read(name) for name in ORDER}


def _read(name: str) -> Form:
    document = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    text = document["policy"]["text"]
    return Form(
        name=name,
        title={language: document[f"title_{language}"] for language in Language},
        help={language: document[f"help_{language}"] for language in Language},
        parameters=msgspec.convert(document["parameters"], tuple[Parameter, ...]),
        permits="\npermit (" in f"\n{text}",
        text=text,
        called={language: document[f"called_{language}"] for language in Language},
        advice=tuple(_advice(document)),
        parts=msgspec.convert(document.get("parts", []), tuple[Part, ...]),
    )


def _advice(document: Mapping[str, Any]) -> Iterator[Text]:
    policy = document["policy"]
    if "advice_cs" in policy:
        yield {language: policy[f"advice_{language}"] for language in Language}
        for one in document.get("former_advice", ()):
            yield {language: one[language.value] for language in Language}


def values_of(form: Form, filled: Mapping[str, Any], offered: Offered = ANYTHING) -> dict[str, Value]:
    """What was filled in, as it is kept. Raises FormRefused with every fault."""
    values: dict[str, Value] = {}
    faults: dict[str, Text] = {}
    name = str(filled.get(ID, "")).strip()
    if IDENTIFIER.fullmatch(name):
        values[ID] = name
    else:
        faults[ID] = NO_NAME
    for one in form.parameters:
        try:
            values[one.name] = read_value(one, filled.get(one.name), offered)
        except Unfit as unfit:
            faults[one.name] = unfit.message
    faults |= {name: text for name, text in _out_of_order(form, values) if name not in faults}
    faults |= _not_for(form, values)
    if faults:
        raise FormRefused([FieldFault(name, message) for name, message in faults.items()])
    return values


def _out_of_order(form: Form, values: Values) -> list[tuple[str, Text]]:
    found: list[tuple[str, Text]] = []
    labels = {one.name: one.label for one in form.parameters}
    for one in form.parameters:
        other = one.after or one.not_before
        if other not in values or one.name not in values:
            continue
        first, second = str(values[other]).rjust(LONGEST), str(values[one.name]).rjust(LONGEST)
        if first > second or (one.after and first == second):
            label, than = labels[other], LATER if one.after else NOT_EARLIER
            found.append((one.name, {each: than[each].format(label=label[each]) for each in Language}))
    return found


def _not_for(form: Form, values: Values) -> dict[str, Text]:
    """Boxes ticked for a role that would gain nothing by them."""
    roles = values.get("roles")
    chosen = roles if isinstance(roles, list) else []
    return {
        one.name: {each: NOT_FOR[each].format(role=role.title_in(each)) for each in Language}
        for one in form.parameters
        for role in one.not_for
        if values.get(one.name) and role in chosen
    }


def render(form: Form, filled: Mapping[str, Any], code: MunicipalityCode, offered: Offered = ANYTHING) -> str:
    """The text of the policy, which passes the review. Raises FormRefused."""
    return _written(form, values_of(form, filled, offered), code, form.advice[0] if form.advice else None)


def called(form: Form, values: Values, offered: Offered = ANYTHING) -> Text:
    """The policy, by what was filled in: it stands in no text, so an application's other title changes no policy."""
    named = sentence(form.called, form.parameters, values, offered)
    return {language: words[0].upper() + words[1:] for language, words in named.items()}


def _written(
    form: Form, values: Values, code: MunicipalityCode, advice: Text | None, hour: Text = HOUR
) -> str:
    unticked = {one.when for one in form.parts if not values[one.when]} | {ID}
    kept = json.dumps(
        {name: values[name] for name in sorted(values) if name not in unticked}, ensure_ascii=False
    )
    holes = _parts(form, values) | {one.name: in_cedar(one, values[one.name]) for one in form.parameters}
    said = sentence(advice, form.parameters, values, hour=hour) if advice is not None else {}
    words = {f"advice_{language}": text for language, text in said.items()}
    body = Template(form.text).substitute(holes | words, code=code)
    return f'@id("{values[ID]}")\n@template("{form.name}")\n@parameters({_quoted(kept)})\n{body.strip()}\n'


def _parts(form: Form, values: Values) -> dict[str, str]:
    found = {one.name: "" for one in form.parts}
    for one in form.parts:
        if values[one.when] and not values.get(one.unless, False):
            found[one.name] += one.text
    return found


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read(text: str, code: MunicipalityCode) -> tuple[Form, dict[str, Value]] | None:
    """The form and values by which the policy was written; None for any that no form would write so."""
    try:
        (policy,) = parsed(text)["staticPolicies"].values()
        annotations = policy["annotations"]
        form = forms()[annotations["template"]]
        filled = json.loads(annotations["parameters"]) | {ID: annotations[ID]}
        values = values_of(form, filled)
        ways = (
            _written(form, values, code, advice, hour)
            for advice in form.advice or (None,)
            for hour in (HOUR, FORMER_HOUR)
        )
        return (form, values) if any(one.strip() == text.strip() for one in ways) else None
    except (ValueError, KeyError, TypeError, FormRefused, RecursionError):
        return None


def told(
    form: Form, values: Values, language: Language, offered: Offered = ANYTHING
) -> list[tuple[str, str]]:
    """Label and value of every parameter, for people."""
    return [
        (one.label[language], shown(one, values[one.name], language, offered))
        for one in form.parameters
        if one.name in values
    ]
