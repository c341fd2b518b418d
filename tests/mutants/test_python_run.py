"""The import finds the changed text, and the tests that judge are those that know the module."""

from importlib.util import module_from_spec

from tests.mutants.python_run import Changed, judges_of, modules


def test_the_import_finds_the_changed_text_and_of_other_modules_their_own() -> None:
    finder = Changed("policies.statements", "ANSWER = 'changed'\n")
    assert finder.find_spec("policies.texts", None) is None
    spec = finder.find_spec("policies.statements", None)
    assert spec is not None
    module = module_from_spec(spec)
    finder.exec_module(module)
    assert module.ANSWER == "changed"
    assert not hasattr(module, "split")


def test_the_file_that_mirrors_a_module_is_asked_first() -> None:
    first, *others = (file.name for file in judges_of("evaluate"))
    assert first == "test_evaluate.py"
    assert "test_properties.py" in others
    assert {"evaluate", "guards", "smallest", "never"} <= set(modules())
