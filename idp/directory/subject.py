"""A person's identifier everywhere else in the product: `{directory}:{uuid}`.

Whoever runs a directory can set any `entryUUID`: the directory's name keeps its people apart from all others.
"""

from config.vocabulary import DirectoryName, SubjectId

MARK = ":"  # in no directory's name and in no UUID


def subject(directory: DirectoryName, identity: str) -> SubjectId:
    """`identity`: canonical UUID text. At most 78 ASCII characters (OpenID Connect Core 1.0 §2 allows 255)."""
    return SubjectId(f"{directory}{MARK}{identity}")


def directory_of(subject: SubjectId) -> DirectoryName:
    """Empty for an identifier without a directory's name: it is nobody's."""
    name, mark, _ = subject.partition(MARK)
    return DirectoryName(name if mark else "")


def identity_of(subject: SubjectId) -> str:
    """The part that the directory itself knows: canonical UUID text."""
    return subject.partition(MARK)[2]
