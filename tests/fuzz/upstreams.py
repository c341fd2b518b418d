"""Another provider in place of the password: its answers, right and not, and what is linked by them."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from idp.events import EndReason
from idp.login import conduct_upstream
from idp.login.handle import hashed, new_handle
from idp.login.inputs import Unanswered
from idp.login.refusal import Refusal
from idp.login.unlink import unlink
from idp.login.upstream import Gone, Identity, Proven, Via
from tests.fuzz.office import browsers, demands, subjects
from tests.fuzz.own import HERE, Own
from tests.fuzz.shown import BY_ID, LIMITS, RESISTANT, TWO, New
from tests.fuzz.steps import Back, answers, backs, strange
from tests.rig.people import JANA_ID, OPERATOR

ISSUER, NAME = "https://sso.kraj.test", "kraj"
identities = st.sampled_from(["jana", "jana", "petr"])
ways_back = st.sampled_from(["honest"] * 6 + ["foreign", "replayed", "another provider", "denied", "refused"])
trusts = st.sampled_from([None, None, None, TWO, RESISTANT])
ages = st.sampled_from([0, 0, 59, 61])  # minutes since the person showed there who it is


class Upstreams(Own):
    @rule(
        flow=backs.map(Back), stranger=strange, identity=identities, way=ways_back, answer=answers, level=trusts,
        minutes=ages, anew=strange, linking=strange,
    )  # fmt: skip
    def by_another_provider(
        self, flow, stranger, identity, way, answer, level, minutes=0, *, anew=False, linking=False
    ):
        flow = self.latest(flow.back) if isinstance(flow, Back) else flow
        handle = new_handle()
        question = {"state": hashed(handle), "nonce": "n", "verifier": "v"}
        gone = Gone(provider=NAME, at=self.now, anew=anew, linking=linking, **question)
        if conduct_upstream.send(self.book, self.visit(flow, stranger), gone).told is not None:
            return
        assert not stranger
        self.shown[flow[0]].identity = None
        state = hashed(new_handle() if way == "foreign" else handle)
        fault = Refusal.UPSTREAM_DENIED if way == "denied" else None
        name = "jiny" if way == "another provider" else NAME
        progress = conduct_upstream.come_back(self.book, self.visit(flow, stranger), name, state, fault)
        if progress.ask is None:
            assert progress.session is None
            return
        assert way in {"honest", "replayed", "refused"}
        if way == "replayed":
            again = conduct_upstream.come_back(self.book, self.visit(flow, stranger), name, state, fault)
            assert (again.ask, again.session) == (None, None), "an answer of another provider worked twice"
        proven = Proven(
            via=Via(provider=NAME, identity=Identity(issuer=ISSUER, subject=identity)),
            name=identity,
            at=self.now,
            level=level,
            shown_at=self.now - timedelta(minutes=minutes),
        )
        said = Refusal.UPSTREAM_NONCE_WRONG if way == "refused" else proven
        self.proven(flow, progress.checking, said, answer, may_link=linking and minutes == 0)

    def proven(self, flow, checking, said, answer, *, may_link):
        visit = self.visit(flow, False)
        progress = conduct_upstream.answer_upstream(self.book, visit, checking, said)
        assert progress.session is None
        shown, linked = self.shown[flow[0]], None
        if isinstance(said, Proven):
            linked = self.links.get(said.via.identity.subject)
        if progress.ask is None:
            not_known = isinstance(said, Proven) and linked is None and may_link
            shown.identity = said.via.identity.subject if not_known and progress.told is None else None
            return
        assert progress.ask.subject == linked, "an identity that is linked with nobody, or with somebody else"
        whim = Unanswered() if answer == "down" else self.person_of(linked, answer)
        visit = self.visit(flow, False)
        after = conduct_upstream.answer_linked(self.book, visit, progress.checking, whim)
        if after.told is not None or (after.flow is None and after.session is None):
            assert after.session is None
            return
        assert answer == "honest"
        assert linked not in self.closed
        shown.begins_anew()
        trusted, until = after.session is not None, self.linked_at[said.via.identity.subject]
        until += LIMITS.trust_new_keys_after
        young = said.shown_at is not None and self.now - said.shown_at <= timedelta(hours=1)
        assert not trusted or (said.level is not None and young), "a proof that is old, or that nobody trusts"
        shown.since = said.shown_at if trusted else None
        proofs = ("trusted in full" if said.level is RESISTANT else "trusted",) if trusted else ()
        new = New(TWO, until) if trusted and self.now < until else None
        self.noted(visit, after, linked, "upstream", *proofs, new=new)

    @rule(browser=browsers, demanded=demands, identity=identities, level=trusts)
    def linked_and_used(self, browser, demanded, identity, level):
        """Jana shows both sides, then comes in by the other alone and her factor."""
        flow = self.begin(browser, None)
        self.by_another_provider(flow, False, identity, "honest", "honest", None, linking=True)
        self.password(flow, False, "jana", "right", "honest")
        self.recovery_code(flow, False, "unused")
        flow = self.begin(browser, demanded)
        self.by_another_provider(flow, False, identity, "honest", "honest", level)
        self.key(flow, False, JANA_ID, "honest", "honest")

    @rule(subject=subjects)
    def a_link_ends(self, subject):
        mine = self.book.links_of(subject)
        if not mine:
            return
        over = unlink(
            self.book, mine[0], BY_ID[subject].login, OPERATOR, EndReason.BY_OFFICER, HERE, self.now
        )
        self.links.pop(mine[0].identity.subject)
        self.over |= set(over)
        assert all(self.sessions[sid].subject == subject for sid in over)
        self.stop_sign_ins(subject)
