"""`brana policy …`: everything about policies that can be done from a terminal. Each command is a file of its own."""

from importlib import import_module

import click

COMMANDS = {
    "check": ("gateway.commands.policy_check", "check", "Read, review and try policies; list all problems."),
    "test": ("gateway.commands.policy_test", "test", "Try the cases, and show each with its result."),
    "diff": ("gateway.commands.policy_diff", "diff", "Show what differs from the policies in force."),
    "apply": ("gateway.commands.policy_apply", "apply_folder", "Bring the policies of a folder into force."),
    "export": ("gateway.commands.policy_files", "export", "Write the policies in force into a new folder."),
    "explain": (
        "gateway.commands.policy_explain",
        "show",
        "Why something is permitted or refused, and what would permit it.",
    ),
    "matrix": (
        "gateway.commands.policy_matrix",
        "show",
        "Who may do what, and what other policies would change.",
    ),
    "incident": (
        "gateway.commands.policy_incident",
        "incident",
        "Close a class of access at once, and open it again.",
    ),
    "replace": (
        "gateway.commands.policy_files",
        "replace",
        "Put this node's policies in the place of a version.",
    ),
    "roll-back": (
        "gateway.commands.policy_roll_back",
        "roll_back",
        "Roll back one municipality's policies, or the region's.",
    ),
    "version": ("gateway.commands.policy_version", "show", "What a version was that a decision names."),
    "simulate": (
        "gateway.commands.policy_simulate",
        "simulate",
        "What the recorded decisions would come to by other policies.",
    ),
}
"""Name → module, function, what it does."""


class Commands(click.Group):
    """Loads a command when it is called: `brana policy --help` need not import the product."""

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[name]
        found: click.Command = getattr(import_module(module), function)
        return found

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, _, about) in COMMANDS.items()])


@click.group(cls=Commands, help="Policies: look at them, try them, bring them into force.")
def command() -> None: ...
