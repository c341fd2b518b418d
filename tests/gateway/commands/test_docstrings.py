"""What the control plane imports explains itself to nobody, and does all else that it did."""

import json
import subprocess
import sys
from types import FunctionType
from typing import Any

import pytest

from gateway.commands.docstrings import unexplained


def made(source: str) -> dict[str, Any]:
    """What a module of this source has for itself, imported without docstrings."""
    names: dict[str, Any] = {"__name__": "made"}
    exec(unexplained(compile(source, "made.py", "exec")), names)
    return names


def test_a_function_loses_its_docstring_and_nothing_else():
    told = made('def f(a: int, *, b: str = "b") -> str:\n    "Said."\n    return b * a\n')["f"]
    assert told.__doc__ is None
    assert told(2) == "bb"
    assert told.__kwdefaults__ == {"b": "b"}


def test_so_do_functions_within_functions_methods_and_coroutines():
    names = made(
        "class A:\n"
        "    def f(self):\n"
        "        'Said.'\n"
        "        async def g():\n"
        "            'Said too.'\n"
        "        return g\n"
    )
    method = names["A"].f
    assert (method.__doc__, method(names["A"]()).__doc__) == (None, None)


def test_a_text_that_is_used_as_well_as_said_stays():
    told = made('def f():\n    "both"\n    return "both"\n')["f"]
    assert (told.__doc__, told()) == ("both", "both")


def test_a_text_that_stands_first_and_is_no_docstring_stays():
    names = made(
        "f = lambda: 'said'\n"
        "def g():\n    return 'said'\n"
        "def h():\n    return ['said' for _ in range(2)]\n"
        "def i():\n    yield from ('said' for _ in range(1))\n"
        "class A:\n    'said'\n    b = 'said'\n"
    )
    assert (names["f"](), names["g"](), names["h"](), [*names["i"]()]) == (
        "said",
        "said",
        ["said"] * 2,
        ["said"],
    )
    assert names["A"].b == "said"


def test_assertions_stay():
    source = "def f(a):\n    'Said.'\n    assert a, 'none'\n    return a\n"
    told = made(source)["f"]
    assert isinstance(told, FunctionType)
    with pytest.raises(AssertionError, match="none"):
        told(0)


def test_code_that_says_nothing_is_left_as_it_is():
    code = compile("a = 1\ndef f():\n    return a\n", "made.py", "exec")
    assert unexplained(code) is code


ASKED = """
import inspect, json, sys
from gateway.commands.left_out import leave_out, let_in
leave_out()
leave_out()  # as in a process that is a copy of one that did
import gateway.commands.control_plane
hooks = len(sys.path_hooks)
let_in()
rooms = ("gateway", "idp", "policies", "sqlalchemy")
ours = [one for name, one in sys.modules.items() if name.partition(".")[0] in rooms]
said = [one.__qualname__ for module in ours for one in vars(module).values()
        if (inspect.isfunction(one) or inspect.isclass(one)) and one.__module__ == module.__name__ and one.__doc__]
import gateway.audit.exporting as later
print(json.dumps({"said": said[:9], "many": len(said), "hooks": hooks - len(sys.path_hooks), "later": later.__doc__}))
"""


def test_hardly_anything_in_the_control_plane_says_what_it_is_for_and_what_is_imported_later_does():
    ran = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, check=True, text=True)
    found = json.loads(ran.stdout)
    assert found["many"] < 20, found["said"]
    assert found["hooks"] == 1
    assert found["later"]
