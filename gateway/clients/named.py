"""What acts on connected applications are called."""

from collections.abc import Mapping

from config.settings import Title
from gateway.clients.office import Act

ACTS: Mapping[str, Title] = {
    Act.ADD: Title(cs="připojit aplikaci", en="connect an application"),
    Act.CHANGE: Title(cs="změnit připojenou aplikaci", en="change a connected application"),
    Act.SUSPEND: Title(cs="pozastavit připojenou aplikaci", en="suspend a connected application"),
    Act.RESUME: Title(cs="obnovit připojenou aplikaci", en="resume a connected application"),
    Act.REMOVE: Title(cs="odpojit aplikaci", en="remove a connected application"),
    Act.MAKE_SECRET: Title(cs="vydat aplikaci tajemství", en="make a secret of an application"),
    Act.END_SECRET: Title(cs="ukončit tajemství aplikace", en="end a secret of an application"),
}
