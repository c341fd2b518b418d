import re

from config.vocabulary import Language
from policies.examine import SCHEMA_FILE
from policies.fact_words import FACT_TITLES

RECORD = re.compile(r"(?:type|entity) (\w+)(?: in \[[^\]]*\])? = \{(.*?)\n?\};", re.DOTALL)
ATTRIBUTE = re.compile(r"(\w+)\??: (?:Set<)?(\w+)")
VARIABLES = {"Person": "principal", "Resource": "resource", "Circumstances": "context"}


def paths_of_the_schema() -> set[tuple[str, ...]]:
    text = re.sub(r"//.*", "", SCHEMA_FILE.read_text("utf-8"))
    records = {name: ATTRIBUTE.findall(body) for name, body in RECORD.findall(text)}
    paths = {(variable, name) for record, variable in VARIABLES.items() for name, _ in records[record]}
    return paths | {
        ("context", name, inner)
        for name, kind in records["Circumstances"]
        if kind not in VARIABLES
        for inner, _ in records.get(kind, [])
    }


def test_every_fact_of_the_schema_is_called_something_in_both_languages() -> None:
    paths = paths_of_the_schema()
    assert {("context", "device", "managed"), ("principal", "roles"), ("context", "purpose")} <= paths
    assert paths - FACT_TITLES.keys() == set()
    assert all(title[language] for title in FACT_TITLES.values() for language in Language)


def test_no_fact_is_called_something_that_is_gone() -> None:
    whole = {(name,) for name in ("action", "principal", "resource")}
    assert FACT_TITLES.keys() - paths_of_the_schema() - whole == set()
