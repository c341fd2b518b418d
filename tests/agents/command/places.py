"""Where an agent of the tests keeps what it keeps."""


def places(folder):
    return "--no-browsers", "--state", str(folder / "state"), "--open", str(folder / "open")
