"""The `brana` command."""

import os
import sys
from importlib import import_module

import click

from gateway import __version__

COMMANDS = {
    "serve": ("gateway.commands.serve", "Run the product of this machine."),
    "reload": ("gateway.commands.reload", "Take over a changed configuration while it runs."),
    "app": ("gateway.commands.app", "Applications: add, list, check, try out."),
    "demo": ("gateway.commands.demo", "Run the product on a prepared world."),
    "config": ("gateway.commands.config", "Check the configuration."),
    "policy": ("gateway.commands.policy", "Policies: look at them, try them, bring them into force."),
    "audit": ("gateway.commands.audit", "Verify and search the audit log."),
    "user": ("gateway.commands.user", "Show a person, read one again; second factors, codes, exceptions."),
    "device": ("gateway.commands.device", "Devices with agents; suspend a device."),
    "person": ("gateway.commands.person_suspension", "Suspend a person at the gateway, and lift it."),
    "incident": ("gateway.commands.incident", "Security incidents: evidence, reports, the bundle."),
    "directory": ("gateway.commands.directory", "Preview, see and renew what is known of directories."),
    "review": ("gateway.commands.review", "Access reviews: begin, list, report; what was removed."),
    "keys": ("gateway.commands.keys", "List and change signing keys."),
    "recovery-admin": ("gateway.commands.recovery_admin", "The account of last resort."),
    "technical": ("gateway.commands.technical", "Secrets of programs that come by themselves."),
    "personnel": ("gateway.commands.personnel", "What personnel systems push, and whose it is."),
    "clients": ("gateway.commands.clients", "Applications that administrators have connected."),
    "fleet": ("gateway.commands.fleet", "Nodes of a fleet: found, invite, join, list, remove."),
    "state": (
        "gateway.commands.state_move",
        "Take what is kept along to a database that several machines share.",
    ),
    "tunnel": ("gateway.commands.tunnel", "Keep the tunnel of devices; a process of its own."),
    "keycloak": ("gateway.commands.keycloak", "A Keycloak as identity provider: set it up."),
    "limits": ("gateway.commands.limits", "Rules by which the kernel counts connections of each client."),
    "drain": ("gateway.commands.drain", "Take this machine out of service before it is stopped."),
    "sessions": ("gateway.commands.sessions", "List and end sessions."),
    "witness": ("gateway.commands.witness", "On another machine: vouch that logs of others only grow."),
}


class Commands(click.Group):
    """Loads a command when it is called: `brana --help` need not import the product."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[name][0]).command
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="brana", message="%(prog)s %(version)s")
def brana() -> None:
    """Secure remote-access and identity gateway for public offices."""


def main() -> None:
    """Run; what is refused is one clear message and an exit code of 1."""
    _have_standard_streams()
    try:
        brana(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("brana: aborted", err=True)
        sys.exit(130)
    except Exception as error:
        from gateway.commands.failure import explained  # noqa: PLC0415 - only a failing command pays for it

        message = explained(error)
        if message is None:
            raise
        click.echo(f"brana: {message}", err=True)
        sys.exit(1)


def _have_standard_streams() -> None:
    """Started with closed ones, the next file opened would take their place, and children would inherit it."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


if __name__ == "__main__":
    main()
