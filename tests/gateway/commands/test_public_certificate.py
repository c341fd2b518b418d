"""Files that are replaced while the product runs: what is served, what is refused and why."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from config.settings import Public, Tls
from gateway.audit.entry import Code, Entry, Outcome
from gateway.commands.public_certificate import PublicCertificate
from gateway.demo.authority import Authority, KeyPair, authority

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
DOMAIN = "brana.test"
HOSTS = [f"login.{DOMAIN}", f"files.{DOMAIN}"]
LATER = timedelta(days=400)


class Kept:
    """The certificate of a product, with what it serves and records."""

    def __init__(self, folder: Path) -> None:
        self.authority: Authority = authority(folder / "ca", NOW)
        self.public = Public(
            domain=DOMAIN, certificate=folder / "chain.pem", key=folder / "key.pem", tls=Tls()
        )
        self.served: list[bytes] = []
        self.put(self.issued("first"))
        self.made = PublicCertificate(
            self.public, HOSTS, lambda chain, _key: self.served.append(chain), lambda _: None
        )

    def issued(self, name: str, *names: str, now: datetime = NOW) -> KeyPair:
        return self.authority.issue(name, names or [f"*.{DOMAIN}"], now)

    def put(self, pair: KeyPair, key: KeyPair | None = None) -> None:
        """By renaming, as `mv` does."""
        for source, target in (
            (pair.certificate, self.public.certificate),
            ((key or pair).key, self.public.key),
        ):
            draft = target.with_suffix(".new")
            draft.write_bytes(source.read_bytes())
            draft.replace(target)

    def look(self, now: datetime = NOW) -> list[Entry]:
        """Twice: files must rest for one look."""
        self.made.step(now)
        self.made.step(now)
        return self.told()

    def told(self) -> list[Entry]:
        """What is to be recorded, taken away."""
        found, self.made.unrecorded = self.made.unrecorded, []
        return found


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    found = Kept(tmp_path)
    found.made.begin(NOW)
    assert found.told() == []
    return found


def test_what_lies_there_at_the_start_is_served_and_is_no_news(kept: Kept) -> None:
    assert kept.served == [kept.public.certificate.read_bytes()]
    assert kept.look() == []
    assert kept.made.works(NOW)
    assert not kept.made.standing.soon


def test_another_pair_is_served_and_recorded_once(kept: Kept) -> None:
    kept.put(kept.issued("second"))
    (entry,) = kept.look()
    assert (entry.code, entry.outcome) == (Code.CERTIFICATE_REPLACED, Outcome.SUCCESS)
    assert kept.served[1:] == [kept.public.certificate.read_bytes()]
    assert kept.look() == []


def test_a_pair_of_which_one_file_has_come_is_not_looked_at_before_both_rest(kept: Kept) -> None:
    second = kept.issued("second")
    kept.put(second, key=kept.issued("first"))
    kept.made.step(NOW)
    assert kept.told() == []
    kept.put(second)
    (entry,) = kept.look()
    assert entry.code is Code.CERTIFICATE_REPLACED


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ("key of another", "it is not the key of public.certificate"),
        ("expired", "it expired on"),
        ("another host's", "it does not cover the host login.brana.test"),
        ("no certificate", "not a PEM certificate"),
        ("nothing", "it cannot be read"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy_and_the_one_before_stays(
    kept: Kept, files: str, told: str
) -> None:
    match files:
        case "key of another":
            kept.put(kept.issued("second"), key=kept.issued("third"))
        case "expired":
            kept.put(kept.issued("old", now=NOW - timedelta(days=364, hours=23)))
        case "another host's":
            kept.put(kept.issued("other", "files.brana.test"))
        case "no certificate":
            kept.public.certificate.write_text("nothing of the kind")
        case "nothing":
            kept.public.key.unlink()
    late = NOW + timedelta(days=2)
    (entry,) = kept.look(late)
    assert (entry.code, entry.outcome) == (Code.CERTIFICATE_REFUSED, Outcome.REFUSED)
    causes = entry.details["causes"]
    assert isinstance(causes, list)
    assert any(told in cause and ";" in cause for cause in causes)
    assert list(kept.made.standing.refused) == causes
    assert len(kept.served) == 1
    assert kept.made.works(late)
    assert kept.look(late) == []  # told once
    kept.put(kept.issued("first"))
    assert kept.look(late) == []
    assert kept.made.standing.refused == ()


def test_files_of_another_name_are_judged_and_served_when_the_configuration_names_them(kept: Kept) -> None:
    before = kept.served[:]
    kept.public = replace(kept.public, certificate=kept.public.certificate.with_name("other.pem"))
    kept.put(kept.issued("other"))
    kept.made.aim(kept.public, HOSTS)
    assert kept.served == before
    (entry,) = kept.look()
    assert entry.code is Code.CERTIFICATE_REPLACED
    assert kept.served[-1] == kept.public.certificate.read_bytes()


def test_what_did_not_cover_a_host_is_judged_anew_when_that_host_is_gone(kept: Kept) -> None:
    narrow = kept.issued("narrow", HOSTS[0])
    kept.put(narrow)
    (entry,) = kept.look()
    assert entry.code is Code.CERTIFICATE_REFUSED
    kept.made.aim(kept.public, HOSTS)
    assert kept.look() == [], "nothing has changed"
    kept.made.aim(kept.public, HOSTS[:1])
    (entry,) = kept.look()
    assert entry.code is Code.CERTIFICATE_REPLACED
    assert kept.served[-1] == narrow.certificate.read_bytes()


def test_the_end_of_a_certificate_is_told_beforehand(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.made.begin(NOW)
    ends = kept.made.standing.ends
    assert ends is not None
    kept.made.step(ends - replace(kept.public.tls).warn_before - timedelta(seconds=1))
    assert not kept.made.standing.soon
    kept.made.step(ends - kept.public.tls.warn_before)
    assert kept.made.standing.soon
    assert kept.made.works(ends - timedelta(seconds=1))
    assert not kept.made.works(ends)
