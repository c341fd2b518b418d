"""What a change brings beside those in force, in both languages: faults, and what whoever approves has to judge."""

from functools import partial

from config.district import District
from gateway.audit.reasons import TAKEN
from gateway.policy_office.version import Version
from policies.brought import faults_brought, left_open_to_nobody
from policies.model import Text
from policies.texts import Texts


def brought(in_force: Version, texts: Texts, district: District, *, named: bool = True) -> tuple[Text, ...]:
    before = in_force.texts
    judged = partial(faults_brought, taken=TAKEN) if named else left_open_to_nobody
    found = judged(before, texts, district)
    return tuple(one.in_languages() for one in found)


def narrowed(in_force: Version, texts: Texts, district: District) -> tuple[Text, ...]:
    from policies.shutting_out import narrowed as found  # noqa: PLC0415 - only a change of policies pays for it

    return tuple(one.in_languages() for one in found(in_force.texts, texts, district))
