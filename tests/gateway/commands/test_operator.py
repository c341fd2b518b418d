import pwd
import subprocess
import sys

PROGRAM = "from gateway.commands.operator import operator; print(operator())"


def said_with(*before: str) -> str:
    done = subprocess.run(
        [*before, sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_environment_cannot_name_somebody_else() -> None:
    names = {entry.pw_name for entry in pwd.getpwall()}
    plain = said_with()
    assert plain.removeprefix("cli:") in names or plain.removeprefix("cli:").isdigit()
    assert said_with("env", "LOGNAME=somebody-else", "USER=somebody-else") == plain
