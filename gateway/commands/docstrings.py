"""What explains code to whoever reads it, left out of what is imported: 4 MiB of the control plane's memory.

As `python -OO` would, but for one thing: assertions stay.
"""

import sys
from importlib.machinery import EXTENSION_SUFFIXES as COMPILED
from importlib.machinery import SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from opcode import hasconst
from operator import is_
from types import CodeType

LOADS_THE_FIRST = tuple(bytes((instruction, 0)) for instruction in hasconst)
"""As it stands in a function's bytecode. Found between two instructions as well, it keeps a docstring that could go."""


class Unexplained(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType | None:
        code = super().get_code(fullname)
        return code and unexplained(code)


def leave_out() -> None:
    """From what is imported from now on."""
    if _found not in sys.path_hooks:
        sys.path_hooks.insert(0, _found)
        sys.path_importer_cache.clear()


def let_in() -> None:
    """What is imported later is as it is anywhere else. Classes lose theirs now: some are made out of others' first."""
    if _found not in sys.path_hooks:
        return
    sys.path_hooks.remove(_found)
    sys.path_importer_cache.clear()
    for module in tuple(sys.modules.values()):
        for one in tuple(getattr(module, "__dict__", {}).values()):  # where there is None, nothing
            if isinstance(one, type) and type(one.__dict__.get("__doc__")) is str:
                _explain_no_more(one)


def unexplained(code: CodeType) -> CodeType:
    """Of a function, the docstring is the first constant, and nothing in it loads that one."""
    constants = tuple(unexplained(one) if type(one) is CodeType else one for one in code.co_consts)
    if constants and type(constants[0]) is str and not _loads_the_first(code.co_code):
        constants = (None, *constants[1:])
    # Compared by identity: equal code would be compared to its last byte.
    if all(map(is_, constants, code.co_consts)):
        return code
    return code.replace(co_consts=constants)


_found = FileFinder.path_hook((ExtensionFileLoader, COMPILED), (Unexplained, SOURCE_SUFFIXES))


def _loads_the_first(instructions: bytes) -> bool:
    return any(one in instructions for one in LOADS_THE_FIRST)


def _explain_no_more(one: type) -> None:
    try:
        one.__doc__ = None
    except (AttributeError, TypeError):  # one that is not written in Python
        return
