"""What starts the agent on each system, as files and commands. Pure.

On Windows it is a task of the system at its start: a service would have to speak with the service manager.
"""

import plistlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from xml.sax.saxutils import escape

Command = tuple[str, ...]
LABEL = "cz.brana.agent"
TASK = "Brana Agent"


@dataclass(frozen=True, slots=True)
class Service:
    """`program`: where the one file lies; `file`: what the system reads; `starts`, `ends`: what it is told."""

    program: PurePath
    file: PurePath
    content: bytes
    starts: tuple[Command, ...]
    ends: tuple[Command, ...]
    reads_anew: tuple[Command, ...] = ()
    """Once the file is gone."""


def systemd(program: PurePath) -> Service:
    file = PurePosixPath("/etc/systemd/system/brana-agent.service")
    reads = ("systemctl", "daemon-reload")
    return Service(
        program,
        file,
        UNIT.format(program=_for_systemd(str(program))).encode(),
        starts=(reads, ("systemctl", "enable", "--now", file.name)),
        ends=(("systemctl", "disable", "--now", file.name),),
        reads_anew=(reads,),
    )


def launchd(program: PurePath) -> Service:
    file = PurePosixPath(f"/Library/LaunchDaemons/{LABEL}.plist")
    said = {
        "Label": LABEL,
        "ProgramArguments": [str(program), "run"],
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 10,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Umask": 0o077,
    }
    return Service(
        program,
        file,
        plistlib.dumps(said),
        starts=(("launchctl", "bootstrap", "system", str(file)),),
        ends=(("launchctl", "bootout", f"system/{LABEL}"),),
    )


def task(program: PurePath) -> Service:
    file = PureWindowsPath(program).parent / "task.xml"
    return Service(
        program,
        file,
        TASK_XML.format(program=escape(str(program))).encode("utf-16"),
        starts=(
            ("schtasks", "/Create", "/TN", TASK, "/XML", str(file), "/F"),
            ("schtasks", "/Run", "/TN", TASK),
        ),
        ends=(("schtasks", "/End", "/TN", TASK), ("schtasks", "/Delete", "/TN", TASK, "/F")),
    )


BUILDERS = {"linux": systemd, "darwin": launchd, "win32": task}
PROGRAMS: Mapping[str, PurePath] = {
    "linux": PurePosixPath("/usr/local/bin/brana-agent"),
    "darwin": PurePosixPath("/usr/local/bin/brana-agent"),
    "win32": PureWindowsPath(r"C:\Program Files\Brana Agent\brana-agent.exe"),
}


def _for_systemd(path: str) -> str:
    """As the first word of `ExecStart` (systemd.service(5)); what it cannot say systemd refuses by itself."""
    escaped = path.replace("%", "%%")
    return f'"{escaped}"' if " " in escaped else escaped


UNIT = """\
[Unit]
Description=Brana agent
Wants=network-online.target
After=network-online.target
# Enrolled first: there is nothing to run before.
ConditionPathExists=/var/lib/brana-agent/enrolment.json

[Service]
ExecStart={program} run
Restart=on-failure
RestartSec=10
# The one file unpacks itself here; on many systems /tmp is memory. What a kill leaves goes with the service.
Environment=TMPDIR=/var/tmp
StateDirectory=brana-agent
StateDirectoryMode=0700
RuntimeDirectory=brana-agent
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=restart
UMask=0077
NoNewPrivileges=yes
ProtectSystem=full
ReadWritePaths=/etc
PrivateTmp=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
ProtectKernelTunables=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
MemoryMax=256M
CPUWeight=20

[Install]
WantedBy=multi-user.target
"""
TASK_XML = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Brana agent</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger><Enabled>true</Enabled></BootTrigger>
  </Triggers>
  <Principals>
    <Principal id="System">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
    <StartWhenAvailable>true</StartWhenAvailable>
  </Settings>
  <Actions Context="System">
    <Exec>
      <Command>{program}</Command>
      <Arguments>run</Arguments>
    </Exec>
  </Actions>
</Task>
"""
