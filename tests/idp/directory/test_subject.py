import uuid

from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import DirectoryName, SubjectId
from idp.directory.subject import directory_of, identity_of, subject

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,40}", fullmatch=True).map(DirectoryName)
UUIDS = st.uuids().map(str)


@given(NAMES, UUIDS)
def test_a_subject_tells_its_directory_and_its_identity_there(name: DirectoryName, identity: str):
    made = subject(name, identity)
    assert (directory_of(made), identity_of(made)) == (name, identity)
    assert len(made) <= 78
    assert made.isascii()
    assert made.isprintable()


@given(NAMES, NAMES, UUIDS)
def test_the_same_identity_in_two_directories_is_two_people(
    one: DirectoryName, other: DirectoryName, identity: str
):
    assert (subject(one, identity) == subject(other, identity)) == (one == other)


def test_an_identifier_without_a_directory_is_in_none():
    assert directory_of(SubjectId(str(uuid.UUID(int=1)))) == ""
