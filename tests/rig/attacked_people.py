"""People of the product that is attacked, beside the inhabitants of its municipalities."""

from collections.abc import Iterator

from config.vocabulary import MunicipalityCode, Role
from gateway.demo.people import CENTRE, HULIN, Inhabitant

VILLAGE = MunicipalityCode("588482")
MORE_CLERKS = 150


def people_of_the_tests() -> Iterator[Inhabitant]:
    """More clerks of the centre than its office has, for tests that need somebody nobody else uses; and people
    who watch, here and in another municipality.
    """
    for login, where, role in (
        ("dohled.hulin", HULIN, Role.SECURITY_OFFICER),
        ("dohled.centra", CENTRE, Role.SECURITY_OFFICER),
        ("dohled.vyjimek", CENTRE, Role.SECURITY_OFFICER),
        ("dohled.prihlaseni", CENTRE, Role.SECURITY_OFFICER),
        ("dohled.zarizeni", CENTRE, Role.SECURITY_OFFICER),
        ("dohled.osob", CENTRE, Role.SECURITY_OFFICER),
        ("dohled.noci", CENTRE, Role.SECURITY_OFFICER),
        ("dohled.site", CENTRE, Role.SECURITY_OFFICER),
        ("dohled.oken", CENTRE, Role.SECURITY_OFFICER),
        ("dozor.centra", CENTRE, Role.AUDITOR),
        ("dozor.zarizeni", CENTRE, Role.AUDITOR),
        ("pravidla.hulin", HULIN, Role.LOCAL_ADMINISTRATOR),
        ("pravidla.vsi", VILLAGE, Role.LOCAL_ADMINISTRATOR),
        ("vedeni.hulin", HULIN, Role.CHIEF_CLERK),
        ("vedeni.odchazi", HULIN, Role.CHIEF_CLERK),
        ("vedeni.prezkum", HULIN, Role.CHIEF_CLERK),
        ("vedeni.revize", HULIN, Role.CHIEF_CLERK),
        ("vedeni.osoby", HULIN, Role.CHIEF_CLERK),
        ("zadost.osoby", HULIN, Role.REGISTRAR),
        ("sprava.osoby", HULIN, Role.LOCAL_ADMINISTRATOR),
        ("vedeni.vsi", VILLAGE, Role.CHIEF_CLERK),
        ("sprava.dvoji", HULIN, Role.LOCAL_ADMINISTRATOR),
        ("oboji.dvoji", HULIN, Role.LOCAL_ADMINISTRATOR),
        ("vedeni.dvoji", HULIN, Role.CHIEF_CLERK),
        ("zadost.dvoji", HULIN, Role.REGISTRAR),
        ("rozhoduje.dvoji", HULIN, Role.CHIEF_CLERK),
        ("zastup.dvoji", HULIN, Role.LOCAL_ADMINISTRATOR),
        ("zastup.zadost", HULIN, Role.REGISTRAR),
        ("pravidla.cizi", HULIN, Role.LOCAL_ADMINISTRATOR),
        ("vedeni.cizi", HULIN, Role.CHIEF_CLERK),
        ("zadost.cizi", HULIN, Role.REGISTRAR),
        ("pravidla.obce", VILLAGE, Role.LOCAL_ADMINISTRATOR),
        ("vedeni.obce", VILLAGE, Role.CHIEF_CLERK),
        ("auditor.obce", VILLAGE, Role.AUDITOR),
        ("garant.hulin", HULIN, Role.BUDGET_MANAGER),
        ("zakazka.hulin", HULIN, Role.SUPPLIER),
        ("zadost.hulin", HULIN, Role.REGISTRAR),
        ("nouze.hulin", HULIN, Role.REGISTRAR),
        ("pravidla.centra", CENTRE, Role.CENTRE_ADMINISTRATOR),
        ("aplikace.centra", CENTRE, Role.CENTRE_ADMINISTRATOR),
        ("aplikace.hulin", HULIN, Role.LOCAL_ADMINISTRATOR),
        ("aplikace.vsi", VILLAGE, Role.LOCAL_ADMINISTRATOR),
        ("dohled.prezkumu", CENTRE, Role.SECURITY_OFFICER),
        ("dohled.odebran", CENTRE, Role.AUDITOR),
        ("zaznam.hulin", HULIN, Role.SECURITY_OFFICER),
        ("zaznam.obce", HULIN, Role.SECURITY_OFFICER),
        ("sledovani.hulin", HULIN, Role.SECURITY_OFFICER),
        ("sledovani.obce", HULIN, Role.SECURITY_OFFICER),
        ("odkaz.hulin", HULIN, Role.SECURITY_OFFICER),
        ("odkaz.obce", HULIN, Role.SECURITY_OFFICER),
    ):
        yield Inhabitant(login=login, given="Iva", surname="Dozorová", places=((where, role),), enrolled=True)
    for number in range(MORE_CLERKS):
        yield Inhabitant(
            login=f"referent.ivo{number}",
            given="Ivo",
            surname=f"Referent {number:03}",  # whose name is seen is told apart
            places=((CENTRE, Role.CLERK),),
            enrolled=number % 10 > 0,
        )
