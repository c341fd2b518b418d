"""What waits for somebody, as the policies in force let them decide."""

from collections.abc import Collection
from dataclasses import replace

from config.vocabulary import Action, ApplicationId, SubjectId
from gateway.authorize.act import Act, may_act
from gateway.commands.control_plane import ControlPlane
from gateway.commands.enrolled_devices import device_office
from gateway.commands.own_applications import DEVICES, POLICIES, REQUESTS
from gateway.commands.state import now
from gateway.devices.office import EVERYWHERE, Reach
from gateway.policy_office.scope import OF_REGION
from gateway.storage.waiting import StoredWaiting
from gateway.waiting import MOST, Turn, Waiting
from gateway.web.identity import Assertion
from gateway.web.waiting import WaitsFor
from idp.directory.same_person import all_of
from idp.events import Origin
from policies.model import Permitted

SOMEBODY_ELSE = SubjectId("somebody-else")
"""Whose matter it would be."""


def waits_for(plane: ControlPlane) -> WaitsFor:
    centre = plane.settings.office.municipality
    stored = StoredWaiting(plane.state.database)

    async def ask(caller: Assertion, origin: Origin, among: Collection[ApplicationId]) -> Waiting:
        found = await plane.state.sessions.by_ids([caller.sid])
        session = replace(found[0], enrolled=caller.device) if found else None
        here, moment = caller.municipality, now()
        at_centre = centre is not None and here == centre

        def may(application: ApplicationId, action: Action) -> bool:
            if application not in among:
                return False
            act = Act(application=application, action=action, author=SOMEBODY_ELSE)
            return isinstance(may_act(act, session, plane.snapshot, origin.address, moment), Permitted)

        approves = may(POLICIES, Action.SIGN)
        of_region = approves and at_centre and may(POLICIES, Action.ADMINISTER)
        turn = Turn(
            who=caller.subject,
            municipality=here,
            also=all_of(caller.subject, plane.persons.others) - {caller.subject},
            orders=REQUESTS in among,
            requests=may(REQUESTS, Action.SIGN),
            uses=may(REQUESTS, Action.ADMINISTER),
            uses_everywhere=at_centre,
            proposals=frozenset({here, OF_REGION} if of_region else {here}) if approves else frozenset(),
            accesses=approves,
        )
        found_waiting = await stored.of(turn, moment)
        if not (plane.settings.devices.enabled and may(DEVICES, Action.ADMINISTER)):
            return found_waiting
        reach = EVERYWHERE if at_centre else Reach(municipality=here)
        office = device_office(plane.state, plane.devices, plane.persons.others)
        return replace(found_waiting, devices=office.to_approve(caller.subject, reach, MOST))

    return ask
