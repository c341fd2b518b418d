"""Whatever an author writes, whoever reads it gets an answer: a fault with its place, or what it says."""

from datetime import UTC, datetime
from pathlib import Path

import cedarpy
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.vocabulary import MunicipalityCode, NetworkName, Role
from gateway.audit.reasons import TAKEN
from gateway.policy_office.edited_parts import readable_parts
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.web.policies.faulty_lines import faulty_lines
from gateway.web.policies.listing import listed, removed, replaced
from gateway.web.policies.telling_ways import telling_ways
from policies.alone import could_alone
from policies.brought import faults_brought, left_without
from policies.case_difference import case_changes
from policies.case_files import read_cases
from policies.difference import difference, told
from policies.examine import SCHEMA_FILE
from policies.explained import explained
from policies.explained_content import explained_content
from policies.fault import EN
from policies.load import PoliciesUnusable, load
from policies.review import Bounds, review
from policies.texts import MUNICIPALITIES, REGION, InHand
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, ask
from tests.rig.policy_office import GUARDRAILS, SIGN_IN

FILE, CASES = f"municipalities/{HULIN}.cedar", f"municipalities/{HULIN}.cases.toml"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
BOUNDS = Bounds(SCHEMA, frozenset(DISTRICT), None, MunicipalityCode(HULIN))

DAYS = (
    "9999-12-31",
    "9999-12-30",
    "0001-01-01",
    "0001-01-02",
    "2026-11-24",
    "2028-02-29",
    "2026-02-30",
    "0000-00-00",
)
HOURS = (
    "",
    "T00:00:00Z",
    "T23:59:59Z",
    "T23:59:59.999Z",
    "T12:00:00+2359",
    "T12:00:00-2359",
    "T25:00:00Z",
    "T",
)
NUMBERS = ("0", "-1", "7", "24", str(2**63 - 1), str(-(2**63)), str(2**63), "9" * 5_000, "007", "1_000", "٣")
SPANS = ("0ms", "25h", "-1d", "999999999d", "1d2h3m4s5ms", "9" * 400 + "ms", "106751991167d", "")
TEXTS = ("CZ", "ru", "", "\\u{10FFFF}", "\\0", "*", "\\\\", "č" * 300)
DATES = st.builds("{}{}".format, st.sampled_from(DAYS), st.sampled_from(HOURS)) | st.datetimes().map(
    lambda one: f"{one.year:04}-{one.month:02}-{one.day:02}"
)
VALUES = st.one_of(
    DATES.map('datetime("{}")'.format),
    st.sampled_from(NUMBERS),
    st.sampled_from(SPANS).map('duration("{}")'.format),
    st.sampled_from(TEXTS).map('"{}"'.format),
    st.sampled_from(["192.0.2.0/24", "0.0.0.0/0", "::/0", "192.0.2.7", "1.2.3.4/33"]).map('ip("{}")'.format),
    st.sampled_from(["true", "[]", "{}", "principal", 'Role::"mayor"', 'Person::"x"', 'Network::"office"']),
)
READ = st.sampled_from(
    ["time.date", "time.now", "time.hour", "time.of_day", "time.weekday", "time.month", "sign_in.level", "sign_in.age",
     "place.country", "place.address", "place.networks", "place.protocol", "device.os", "device.os_version", "purpose",
     "ticket.until", "route.id", "colour"]
).map("context.{}".format)  # fmt: skip
COMPARED = st.builds(
    "{} {} {}".format, READ, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in"]), VALUES
) | st.builds(
    "{}.{}({})".format, READ | VALUES, st.sampled_from(["contains", "isInRange", "offset", "toDate"]), VALUES
)
CONDITIONS = st.recursive(
    COMPARED | READ | VALUES,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("[{}, {}].contains({})".format, inner, inner, inner),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
        st.builds("(context has device && {})".format, inner),
    ),
    max_leaves=6,
)
POLICIES = st.builds(
    '@id("{}") @title_cs("a") @title_en("a") {}\n'
    '(principal, action, resource in Municipality::"{}") {} {{ {} }};\n'.format,
    st.sampled_from(["a", "b", "", "\\"]),
    st.sampled_from(["permit", '@reason("r") @advice_cs("a") @advice_en("a") forbid']),
    st.sampled_from([HULIN, "1", ""]),
    st.sampled_from(["when", "unless"]),
    CONDITIONS,
)  # fmt: skip
JUNK = st.text(alphabet=st.sampled_from('ab;"\\/\n\r\t {}()[]@.=č#\u2028\u202e'), max_size=40)
OF_POLICIES = st.lists(POLICIES | JUNK, max_size=3).map("".join)
KEYS = st.sampled_from(
    ["name", "roles", "at", "facts", "own", "hours", "below", "application", "a.b.c", "without", '"č"']
)
OF_TOML = st.one_of(
    DATES,
    st.sampled_from(
        [*NUMBERS, "nan", "inf", '"x"', "['mayor']", "[[1], {a = 1}]", "{ device = { managed = 1 } }"]
    ),
    st.just("[" * 300 + "]" * 300),
)
OF_CASES = st.lists(
    st.sampled_from(["[[case]]\n", "[[never]]\n", "[case]\n", "case = 1\n", "never = [1]\n"])
    | st.builds("{} = {}\n".format, KEYS, OF_TOML)
    | JUNK,
    max_size=6,
).map("".join)
BEFORE = (
    '@id("a") @title_cs("a") @title_en("a") permit (principal, action, resource in Municipality::"588491");\n'
)
LAST_DAY = BEFORE.replace(";", ' when { context.time.date < datetime("9999-12-31") };')
FIRST_DAY = BEFORE.replace(";", ' unless { context.time.date > datetime("0001-01-01") };')


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(OF_POLICIES, OF_CASES)
@example(LAST_DAY, "")
@example(FIRST_DAY, "")
@example(BEFORE, f"[[case]]\na = {'9' * 900}\n" * 3)
@example(BEFORE, f"a = {'9' * 5_000}")
def test_any_text_is_read_by_all_that_read_drafts(text: str, cases: str) -> None:
    before, after = {FILE: BEFORE, CASES: '[[case]]\nname = "a"\n'}, {FILE: text, CASES: cases}
    readable_parts(before, after)
    changes = difference(before, after)
    assert list(told(changes, EN)) is not None
    list(case_changes(CASES, cases, before[CASES]))
    policies = listed(after)
    for number in range(len(policies)):
        assert len(listed({FILE: removed(text, number)})) <= len(policies)
        assert len(listed({FILE: replaced(text, number, BEFORE)})) <= len(policies) + 1
    telling_ways(before, after, NOW, [NetworkName("office")])
    left_without(before, after, DISTRICT)
    problems = [
        *faults_brought(before, after, DISTRICT, TAKEN),
        *review(Path(FILE), text, BOUNDS).problems,
        *read_cases(Path(CASES), cases, DISTRICT, MunicipalityCode(HULIN)).problems,
    ]
    for one in problems:
        faulty_lines(one.in_languages(), after)
    try:
        book = load(
            REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS, InHand({GUARDRAILS: SIGN_IN} | {FILE: text})
        )
    except PoliciesUnusable:
        return
    question = ask((MunicipalityCode(HULIN), Role.MAYOR))
    assert explained_content(explained(book, question))
    could_alone(book, question)


def test_what_is_more_than_anybody_reads_is_kept_nowhere() -> None:
    for name, text in (
        (FILE, ";" * 501),
        (FILE, "\n" * 10_001),
        (FILE, " " * 131_073),
        (CASES, "#" * 131_073),
    ):
        with pytest.raises(ActRefused) as refused:
            readable_parts({}, {name: text})
        assert refused.value.reason is Refusal.TOO_LARGE
        assert readable_parts({name: text}, {name: text}) == [], (
            "what stands there already hinders no other edit"
        )
