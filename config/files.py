"""Whether this user can read a file that a setting names, and what to do where not."""

import os
import stat
from pathlib import Path

Fault = tuple[str, str]
"""What is wrong, how to mend it."""


def file_fault(file: Path) -> Fault | None:
    """None: it is there and can be read."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # what is no file may keep whoever opens it waiting
            return f"{file} is not a file", "name a file, or put one in its place"
        with file.open("rb"):
            return None
    except (FileNotFoundError, NotADirectoryError):
        return f"the file {file} is missing", "put it there, or correct the path"
    except PermissionError:
        who = f"this user (uid {os.geteuid()})"
        return (
            f"{file} may not be read by {who}",
            "give the file and the folders above it to that user or its group, or run as their owner",
        )
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}", "correct the path, or mend what the system says"


def folder_fault(folder: Path, holds: str) -> Fault | None:
    """The same for a folder; `holds`: what belongs in it."""
    try:
        if not stat.S_ISDIR(folder.stat().st_mode):
            return f"{folder} is not a folder", f"name a folder; {holds}"
        os.scandir(folder).close()
    except (FileNotFoundError, NotADirectoryError):
        return f"the folder {folder} is missing", f"make it, or correct the path; {holds}"
    except OSError as error:
        return f"{folder} cannot be read: {error.strerror}", f"correct its owner and mode; {holds}"
    return None
