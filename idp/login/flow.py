"""Sign-in as a state machine without I/O: `step(state, event, now)` answers the next state and what to do.

Transitions; any other pair leaves the state as it is and tells `out_of_turn`:

| state                | event                | answer of the event           | next state           |
| -------------------- | -------------------- | ----------------------------- | -------------------- |
| AwaitingPassword     | PasswordEntered      | unusable, no guess, unsure    | AwaitingPassword     |
| AwaitingPassword     | PasswordEntered      | guess counted                 | CheckingPassword     |
| AwaitingPassword     | KeyShown             | no guess, proves nothing      | AwaitingPassword     |
| AwaitingPassword     | KeyShown             | verified its user             | CheckingPerson       |
| CheckingPassword     | DirectoryAnswered    | error, refusal, no guess      | AwaitingPassword     |
| CheckingPassword     | DirectoryAnswered    | person with an exception      | SignedIn             |
| CheckingPassword     | DirectoryAnswered    | person with a factor          | AwaitingFactor       |
| CheckingPassword     | DirectoryAnswered    | person without a factor       | AwaitingOfficersCode |
| CheckingPassword     | DirectoryAnswered    | no factor reaches the level   | Failed               |
| CheckingPerson       | PersonAnswered       | error, unknown, not active    | AwaitingPassword     |
| CheckingPerson       | PersonAnswered       | key removed meanwhile         | AwaitingPassword     |
| CheckingPerson       | PersonAnswered       | key too new for the level     | AwaitingPassword     |
| CheckingPerson       | PersonAnswered       | person                        | SignedIn             |
| AwaitingPassword     | SentUpstream         |                               | AwaitingPassword     |
| AwaitingPassword     | NotSent              |                               | AwaitingPassword     |
| AwaitingPassword     | CameBack             | no guess, not sent, a fault   | AwaitingPassword     |
| AwaitingPassword     | CameBack             | as it was sent                | CheckingUpstream     |
| CheckingUpstream     | UpstreamAnswered     | refusal, not anew, not linked | AwaitingPassword     |
| CheckingUpstream     | UpstreamAnswered     | linked                        | CheckingLinked       |
| CheckingLinked       | LinkedAnswered       | error, unknown, not active    | AwaitingPassword     |
| CheckingLinked       | LinkedAnswered       | link ended, without a factor  | AwaitingPassword     |
| CheckingLinked       | LinkedAnswered       | its word suffices             | SignedIn             |
| CheckingLinked       | LinkedAnswered       | person with a factor          | AwaitingFactor       |
| CheckingLinked       | LinkedAnswered       | no factor reaches the level   | Failed               |
| AwaitingFactor       | CodeEntered          | no guess, wrong, replay       | AwaitingFactor       |
| AwaitingFactor       | CodeEntered          | right and unused              | SignedIn             |
| AwaitingFactor       | RecoveryCodeEntered  | no guess, wrong, spent        | AwaitingFactor       |
| AwaitingFactor       | RecoveryCodeEntered  | right and unused              | SignedIn             |
| AwaitingFactor       | KeyShown             | no guess, proves nothing      | AwaitingFactor       |
| AwaitingFactor       | KeyShown             | too new for the level         | AwaitingFactor       |
| AwaitingFactor       | KeyShown             | the person's own              | SignedIn             |
| AwaitingFactor       | any of these         | session to be raised is over  | Failed               |
| AwaitingOfficersCode | EnrolmentCodeEntered | no guess, not for this person | AwaitingOfficersCode |
| AwaitingOfficersCode | EnrolmentCodeEntered | for this person, unused       | AwaitingEnrolment    |
| AwaitingEnrolment    | CodeEntered          | no guess, wrong               | AwaitingEnrolment    |
| AwaitingEnrolment    | KeyMade              | no guess, not acceptable      | AwaitingEnrolment    |
| AwaitingEnrolment    | either               | has a factor by now           | Failed               |
| AwaitingEnrolment    | either               | right                         | AwaitingSaved        |
| AwaitingSaved        | CodesAskedAgain      |                               | AwaitingSaved        |
| AwaitingSaved        | CodesSaved           |                               | SignedIn             |
| AwaitingSaved        | either               | the factor was removed        | Failed               |
| AwaitingFactor       | PersonReadAgain      | error, or person as of now    | AwaitingFactor       |
| AwaitingFactor       | PersonReadAgain      | unknown, closed, out of reach | Failed               |
| AwaitingOfficersCode | PersonReadAgain      | error, or person as of now    | AwaitingOfficersCode |
| AwaitingOfficersCode | PersonReadAgain      | unknown, closed               | Failed               |
| AwaitingEnrolment    | PersonReadAgain      | error, or person as of now    | AwaitingEnrolment    |
| AwaitingEnrolment    | PersonReadAgain      | unknown, closed               | Failed               |
| AwaitingSaved        | PersonReadAgain      | error, or person as of now    | AwaitingSaved        |
| AwaitingSaved        | PersonReadAgain      | unknown, closed, too weak     | Failed               |
| AwaitingNewPassword  | NewPasswordEntered   | unusable, or no guess         | AwaitingNewPassword  |
| AwaitingNewPassword  | NewPasswordEntered   | guess counted                 | ChangingPassword     |
| ChangingPassword     | PasswordNotChanged   |                               | AwaitingNewPassword  |
| ChangingPassword     | PasswordChanged      | error, unknown, not active    | AwaitingPassword     |
| ChangingPassword     | PasswordChanged      | person                        | SignedIn             |
| ChangingPassword     | PasswordChanged      | needs more by now             | AwaitingFactor       |
| ChangingPassword     | PasswordChanged      | needs more, without a factor  | AwaitingOfficersCode |
| ChangingPassword     | PasswordChanged      | no factor reaches the level   | Failed               |

Wherever SignedIn stands, whoever must change the password comes to AwaitingNewPassword instead.

Laws, each a property test:

1. SignedIn is reached only by the directory's yes to the password in this flow (or, where a live session of this
   browser is raised, in that session's) together with a factor of that person shown in this flow and not shown before;
   or by a passkey of that person which verified its user; or by password alone while an exception runs, and then the
   session lasts no longer than the exception. In the place of the password stands the word of another provider, which
   this flow asked, about an identity that is linked with the person; and in the place of both only where the
   configuration trusts what that provider says of its proof, which is young.
2. The level is what was shown: password alone, two factors, or phishing-resistant for a key alone, and for one that is
   new, or a link with another provider, no more than the proof that added it; and never less than the relying party
   or the person's roles demand.
3. A guess is evaluated only if it was counted (`Taken`); nothing but a counted guess reaches the directory.
4. An error of the directory, or an account that is not active, is never a yes.
5. A first factor is enrolled only for an account without one, after its password and an unused, unexpired code that
   an officer issued for that very person; no factor is ever replaced or removed here.
6. Every challenge is answered once; every one-time, recovery and enrolment code works once.
7. Whoever must change the password gets a session only after the directory has changed it.
8. What opens a session is held by the person at that moment: a factor that was removed meanwhile opens nothing.
9. Only the answer to the last question of a sign-in counts, and only while the sign-in is there, which ends with
   whatever puts out the person it is about (decision 35).
10. In a sign-in that stands since an earlier request nothing counts before the person was read again: whoever is
    closed, or has another role, by then opens nothing by what was known before (decision 44).
11. An identity of another provider is linked with a person only where this flow showed both: it there, anew and to
    that end, and here the password and a second factor.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from idp.login import (
    flow_enrolment,
    flow_factor,
    flow_new_password,
    flow_passkey,
    flow_password,
    flow_standing,
    flow_upstream,
)
from idp.login.effects import Tell
from idp.login.inputs import (
    CameBack,
    CodeEntered,
    CodesAskedAgain,
    CodesSaved,
    DirectoryAnswered,
    EnrolmentCodeEntered,
    Input,
    KeyMade,
    KeyShown,
    LinkedAnswered,
    NewPasswordEntered,
    NotSent,
    PasswordChanged,
    PasswordEntered,
    PasswordNotChanged,
    PersonAnswered,
    PersonReadAgain,
    RecoveryCodeEntered,
    SentUpstream,
    UpstreamAnswered,
)
from idp.login.outcome import Step
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingEnrolment,
    AwaitingFactor,
    AwaitingNewPassword,
    AwaitingOfficersCode,
    AwaitingPassword,
    AwaitingSaved,
    ChangingPassword,
    CheckingLinked,
    CheckingPassword,
    CheckingPerson,
    CheckingUpstream,
    State,
)


def step(state: State, event: Input, now: datetime) -> Step:
    """Total: every pair of state and event has an answer."""
    transition = _TRANSITIONS.get((type(state), type(event)))
    if transition is None:
        return state, (Tell(Refusal.OUT_OF_TURN),)
    return transition(state, event, now)


_TRANSITIONS: dict[tuple[type, type], Callable[[Any, Any, datetime], Step]] = {
    (AwaitingPassword, PasswordEntered): flow_password.entered,
    (CheckingPassword, DirectoryAnswered): flow_password.answered,
    (AwaitingPassword, KeyShown): flow_passkey.shown,
    (CheckingPerson, PersonAnswered): flow_passkey.answered,
    (AwaitingPassword, SentUpstream): flow_upstream.sent,
    (AwaitingPassword, NotSent): flow_upstream.not_sent,
    (AwaitingPassword, CameBack): flow_upstream.came_back,
    (CheckingUpstream, UpstreamAnswered): flow_upstream.answered,
    (CheckingLinked, LinkedAnswered): flow_upstream.person_answered,
    (AwaitingFactor, CodeEntered): flow_factor.code_entered,
    (AwaitingFactor, RecoveryCodeEntered): flow_factor.recovery_code_entered,
    (AwaitingFactor, KeyShown): flow_factor.key_shown,
    (AwaitingOfficersCode, EnrolmentCodeEntered): flow_enrolment.code_entered,
    (AwaitingEnrolment, CodeEntered): flow_enrolment.confirmed,
    (AwaitingEnrolment, KeyMade): flow_enrolment.key_made,
    (AwaitingSaved, CodesAskedAgain): flow_enrolment.codes_asked_again,
    (AwaitingSaved, CodesSaved): flow_enrolment.codes_saved,
    (AwaitingFactor, PersonReadAgain): flow_standing.read_again,
    (AwaitingOfficersCode, PersonReadAgain): flow_standing.read_again,
    (AwaitingEnrolment, PersonReadAgain): flow_standing.read_again,
    (AwaitingSaved, PersonReadAgain): flow_standing.read_again,
    (AwaitingNewPassword, NewPasswordEntered): flow_new_password.entered,
    (ChangingPassword, PasswordChanged): flow_new_password.changed,
    (ChangingPassword, PasswordNotChanged): flow_new_password.not_changed,
}
