"""A whole Keycloak as the configuration wants it, in the order in which it is made. Pure."""

from itertools import chain

from idp.keycloak.client import client
from idp.keycloak.federation import federation
from idp.keycloak.flow import flow
from idp.keycloak.office import Office
from idp.keycloak.piece import Fields, Key
from idp.keycloak.places import places
from idp.keycloak.realm import realm


def wanted(office: Office) -> dict[Key, Fields]:
    parts = (realm(office), flow(office), client(office), federation(office), places(office))
    return dict(chain.from_iterable(parts))
