"""Who runs a command, as the audit log names them."""

import os
import pwd


def operator() -> str:
    """`cli:` and the account the kernel knows; environment variables such as LOGNAME could name anybody."""
    number = os.getuid()
    try:
        return f"cli:{pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"cli:{number}"
