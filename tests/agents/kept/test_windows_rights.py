"""Rights of folders on Windows, by the command lines that are said there: no Windows is at hand."""

from collections.abc import Sequence
from pathlib import PureWindowsPath

import pytest

from agents.command.arguments import PLACES
from agents.kept import windows_rights
from agents.kept.folder import Folder, NotKept
from agents.kept.windows_rights import Command, NotOurs, granting, here, owners_of, protect

AGENT = PureWindowsPath(r"C:\ProgramData\Brana Agent")
STATE = AGENT / "state"
ICACLS = r"C:\Windows\System32\icacls.exe"
OURS = ("*S-1-5-18:(OI)(CI)F", "*S-1-5-32-544:(OI)(CI)F")
JANA = "S-1-5-21-1004336348-1177238915-682003330-1001"


class Windows:
    """`owners`: what PowerShell says, by the folder."""

    def __init__(self, owners: dict[PureWindowsPath, Sequence[str]] | None = None) -> None:
        self.owners = {owners_of(one): said for one, said in (owners or {}).items()}
        self.said: list[Command] = []

    def run(self, command: Command) -> str:
        self.said.append(command)
        if "powershell" not in command[0]:
            return "processed file: 1"
        return "".join(f"{one}\r\n" for one in self.owners.get(command, ["S-1-5-32-544", "S-1-5-18"]))

    def granted(self) -> list[Command]:
        return [one for one in self.said if one[0] == ICACLS]


def test_nobody_but_the_system_and_administrators_reads_the_state() -> None:
    windows = Windows()
    protect(STATE, windows.run, shown=False)
    assert windows.granted() == [
        (ICACLS, str(AGENT), "/inheritance:r", "/grant:r", *OURS, "*S-1-5-32-545:RX"),
        (ICACLS, str(STATE), "/inheritance:r", "/grant:r", *OURS),
    ]


def test_what_is_shown_everybody_reads_and_nobody_writes() -> None:
    windows = Windows()
    protect(AGENT / "open", windows.run, shown=True)
    assert windows.granted()[-1][4:] == (*OURS, "*S-1-5-32-545:(OI)(CI)RX")


def test_a_folder_elsewhere_is_protected_and_what_it_lies_in_is_not_touched() -> None:
    windows = Windows()
    protect(PureWindowsPath(r"D:\agent"), windows.run, shown=False)
    assert windows.granted() == [granting(PureWindowsPath(r"D:\agent"))]


@pytest.mark.parametrize("there", [STATE, PureWindowsPath(r"D:\agent")])
@pytest.mark.parametrize(
    "said",
    [
        [JANA],
        ["S-1-5-32-544", JANA],
        ["S-1-5-32-544", "leads elsewhere"],
        ["S-1-5-32-545"],
        ["S-1-1-0"],
        [],
        ["Get-Item : Přístup byl odepřen."],
    ],
)
def test_what_belongs_to_somebody_else_or_leads_elsewhere_is_refused_before_anything_is_granted(
    there: PureWindowsPath, said: list[str]
) -> None:
    top = AGENT if there == STATE else there
    windows = Windows({top: said})
    with pytest.raises(NotOurs, match="delete it"):
        protect(there, windows.run, shown=False)
    assert windows.said == [owners_of(top)]


def test_what_was_put_there_before_it_was_closed_is_refused_too() -> None:
    windows = Windows()

    def put_there_meanwhile(command: Command) -> str:
        answer = windows.run(command)
        windows.owners = {owners_of(AGENT): ["S-1-5-32-544", JANA]}
        return answer

    with pytest.raises(NotOurs):
        protect(STATE, put_there_meanwhile, shown=False)
    assert len(windows.granted()) == 2


def test_who_owns_it_is_asked_of_the_folder_and_all_that_is_in_it() -> None:
    program, *options, script = owners_of(PureWindowsPath(r"C:\it's here"))
    assert program == r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
    assert options == ["-NoProfile", "-NonInteractive", "-Command"]
    assert script == (
        "$ErrorActionPreference = 'Stop'; @(Get-Item -Force -LiteralPath 'C:\\it''s here') + "
        "@(Get-ChildItem -Force -Recurse -LiteralPath 'C:\\it''s here') | ForEach-Object { "
        "if ($_.Attributes -band [IO.FileAttributes]::ReparsePoint) { 'leads elsewhere' } "
        "else { $_.GetAccessControl().GetOwner([Security.Principal.SecurityIdentifier]).Value } }"
    )


def test_the_folders_of_the_agent_lie_in_the_one_that_is_protected() -> None:
    for path in PLACES["win32"]:
        assert path.parent.name == windows_rights.AGENT


def test_what_cannot_be_done_is_an_error() -> None:
    assert here(("echo", "S-1-5-18")) == "S-1-5-18\n"
    with pytest.raises(PermissionError, match="no such"):
        here(("sh", "-c", "echo no such >&2; exit 5"))
    with pytest.raises(OSError, match="No such file"):
        here((ICACLS,))


def test_a_folder_is_prepared_by_them_on_windows(tmp_path, monkeypatch) -> None:
    """Where nothing can be asked nothing is kept."""
    monkeypatch.setattr("agents.kept.folder.POSIX", False)
    with pytest.raises(NotKept, match="No such file"):
        Folder(tmp_path / "state").prepare()
    said: list[Command] = []

    def answers(command: Command) -> str:
        said.append(command)
        return "S-1-5-18\r\n"

    monkeypatch.setattr("agents.kept.windows_rights.here", answers)
    Folder(tmp_path / "state").prepare()
    assert [one[0].rpartition("\\")[2] for one in said] == ["powershell.exe", "icacls.exe", "powershell.exe"]
