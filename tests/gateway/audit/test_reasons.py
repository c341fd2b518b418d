"""Every reason that can stand in an entry has a name in both languages."""

import ast
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from config.settings import Title
from config.vocabulary import Language
from gateway.audit.entry import Code
from gateway.audit.reasons import GROUPS, OF_POLICIES, REASONS, with_policies
from gateway.audit.recomputation import Trouble
from gateway.authorize.refusals import WORDS
from gateway.commands.policies_in_force import reasons_of
from gateway.envoy.reply_texts import REPLIES
from gateway.fleet.certificates import Unproven
from gateway.fleet.register import NotJoined
from gateway.notices.delivery import Undelivered
from gateway.policy_office.refusal import Refusal as OfficeRefusal
from gateway.sessions.officers_act import NotDone
from gateway.sessions.session import EndReason
from gateway.sessions.sign_in import Fault
from idp.directory.errors import RefusalReason
from idp.events import EndReason as ProviderEndReason
from idp.http.words import STATUS_REASONS
from idp.login.own_authenticators import Unchanged
from idp.login.refusal import Refusal, Told
from idp.oidc.errors import (
    CertificateFault,
    CodeFault,
    DeviceFault,
    DpopFault,
    OAuthError,
    RequestFault,
    Unsafe,
)
from policies.load import load
from policies.reasons import Reason
from tests.policies.test_library import DISTRICT as LIBRARY_DISTRICT
from tests.policies.test_library import FILES
from tests.policies.world import example_book

ROOT = Path(__file__).parents[3]
CLOSED_LISTS: tuple[type[StrEnum], ...] = (
    *(NotJoined, Unproven, OfficeRefusal),
    *(
        EndReason,
        ProviderEndReason,
        Refusal,
        RefusalReason,
        OAuthError,
        RequestFault,
        CodeFault,
        CertificateFault,
        DeviceFault,
        DpopFault,
        Unsafe,
        Told,
        Reason,
        Trouble,
        Fault,
        Undelivered,
        Unchanged,
        NotDone,
    ),
)
OF_ENGINE = {
    *(Code.SESSION_MUNICIPALITY, Code.FACTS_CHANGED, Code.SESSION_LEVEL),
    *(Code.DEVICE_APPROVED, Code.DEVICE_TAKEN_OVER, Code.DEVICE_BLOCKED, Code.DEVICE_UNBLOCKED),
}
"""Why grants are taken back."""
NOT_RECORDED = "gateway/demo"
"""What an application says in our header is taken out of its answer."""
NAMED_BY_POSITION = {"refusal": 0, "revocation": 1}


def literal_reasons() -> Iterator[tuple[str, str]]:
    """(reason, file) for each reason that the code writes as a text."""
    for file in sorted([*(ROOT / "gateway").rglob("*.py"), *(ROOT / "idp").rglob("*.py")]):
        name = file.relative_to(ROOT).as_posix()
        if name.startswith(NOT_RECORDED):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                said = [value for key, value in zip(node.keys, node.values, strict=True) if _is_header(key)]
            elif isinstance(node, ast.Call):
                said = _said_in_call(node)
            else:
                continue
            for value in said:
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                    yield value.value, name


def _is_header(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Name) and key.id == "REASON_HEADER"


def _said_in_call(node: ast.Call) -> list[ast.expr]:
    called = getattr(node.func, "id", getattr(node.func, "attr", ""))
    named = [keyword.value for keyword in node.keywords if keyword.arg == "reason"]
    return named + node.args[NAMED_BY_POSITION.get(called, len(node.args)) :][:1]


@pytest.mark.parametrize("closed", CLOSED_LISTS, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_reason_of_a_closed_list_has_a_name(closed: type[StrEnum]) -> None:
    assert [one.value for one in closed if REASONS.name(one.value) is None] == []


def test_every_refusal_of_the_gateway_has_a_name() -> None:
    assert [one for one in (*WORDS, *OF_ENGINE) if REASONS.name(one) is None] == []


@pytest.mark.parametrize("reason", sorted({*STATUS_REASONS.values(), *(one.reason for one in REPLIES)}))
def test_every_reason_of_a_table_of_answers_has_a_name(reason: str) -> None:
    assert REASONS.name(reason) is not None


def test_every_reason_that_the_code_writes_as_a_text_has_a_name() -> None:
    found = dict(literal_reasons())
    expected = {"spool_damaged", "provider_unreachable", "token_missing", "page_unknown", "request_too_slow"}
    assert expected <= found.keys(), "the search finds what it looks for"
    assert {reason: file for reason, file in found.items() if REASONS.name(reason) is None} == {}


def test_no_reason_stands_twice_and_all_are_told_in_two_languages() -> None:
    counted = Counter(code for _, names in GROUPS for code in names)
    assert [code for code, number in counted.items() if number > 1] == []
    titles = [title for _, names in GROUPS for title in names.values()]
    assert all(title.cs and title.en and title.cs != title.en for title in titles)
    for language in Language:
        told = Counter(title.in_language(language) for title in titles)
        assert [name for name, number in told.items() if number > 1] == []


def test_every_reason_of_the_example_policies_has_the_policys_own_title() -> None:
    book = example_book()
    reasons = reasons_of(book)
    assert "not_an_audit_officer" in book.titles
    assert [code for code in book.titles if reasons.name(code) is None] == []
    named = reasons.name("not_an_audit_officer")
    assert named is not None
    assert named.cs == "Auditní záznam je jen pro manažera kybernetické bezpečnosti a auditora"
    assert reasons.groups[-1][0] is OF_POLICIES
    assert all("{" not in title.cs + title.en for _, names in reasons.groups for title in names.values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_reason_of_the_library_gets_a_name_when_it_is_installed(file: Path, tmp_path: Path) -> None:
    (tmp_path / "municipalities").mkdir()
    (tmp_path / "region").mkdir()
    (tmp_path / "region" / file.name).write_text(file.read_text("utf-8"), "utf-8")
    book = load(tmp_path / "region", tmp_path / "municipalities", LIBRARY_DISTRICT)
    reasons = reasons_of(book)
    assert [code for code in book.titles if reasons.name(code) is None] == []


def test_a_reason_of_our_own_keeps_its_name_when_a_policy_speaks_it_too() -> None:
    reasons = with_policies({"role_not_sufficient": Title(cs="jinak", en="otherwise")})
    assert reasons.name("role_not_sufficient") == REASONS.name("role_not_sufficient")
    assert reasons.name("never_heard_of") is None
