"""What counts as looking for an entry, and what does not."""

import pytest

from gateway.audit.entry import Code
from tests.recorded.looked_for import looked_for

HELPERS = """
def codes_of(log):
    return [one for one in log if one.code is Code.SIGN_OUT]

def recorded(log, code):
    assert [one for one in log if one.code is code]
"""


@pytest.mark.parametrize(
    "lines",
    [
        "assert log[-1].code is Code.SIGN_OUT",
        "assert 'sign_in.signed_out' in log",
        "[one] = entries(log, '--code', 'sign_in.signed_out')",
        "wanted = [Code.SIGN_OUT]\n    assert log == wanted",
        "recorded(log, Code.SIGN_OUT)",
        "for code in (Code.SIGN_OUT,):\n        recorded(log, code)",
        "assert codes_of(log) == [1]",
    ],
)
def test_what_is_compared_is_looked_for(lines: str) -> None:
    assert looked_for(f"{HELPERS}\ndef test_it(log):\n    {lines}\n", "test_it") == {Code.SIGN_OUT}


@pytest.mark.parametrize(
    "lines",
    [
        "log.append(entry(Code.SIGN_OUT))",
        "assert log.append(entry()) and True\n    other(Code.SIGN_OUT)",
        "codes_of(log)",
        "wanted = Code.SIGN_OUT",
        "one = entries(log, '--code', 'sign_in.signed_out')",
        "# assert log == [Code.SIGN_OUT]\n    pass",
        "assert log == 'Code.SIGN_OUT'",
    ],
)
def test_what_is_only_written_there_is_not(lines: str) -> None:
    assert looked_for(f"{HELPERS}\ndef test_it(log):\n    {lines}\n", "test_it") == frozenset()
