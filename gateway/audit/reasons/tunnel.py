"""Names of the reasons why a tunnel is closed, or leads somebody nowhere."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Tunel", en="Tunnel"),
        {
            "tunnel_closed_by_person": Title(cs="zavřela ho jeho osoba", en="its person closed it"),
            "tunnel_closed_by_device": Title(cs="zavřelo ho zařízení", en="the device closed it"),
            "tunnel_opened_anew": Title(
                cs="pro totéž zařízení byl otevřen jiný", en="another one was opened for the same device"
            ),
            "tunnel_too_long": Title(
                cs="uplynula doba, na kterou byl otevřen", en="the time for which it was opened is over"
            ),
            "tunnel_session_over": Title(
                cs="skončila relace, ve které byl otevřen", en="the session in which it was opened is over"
            ),
            "tunnel_device_unknown": Title(
                cs="tunel pro zařízení, které není", en="a tunnel for a device that there is not"
            ),
            "tunnel_device_not_own": Title(
                cs="zařízení patří někomu jinému", en="the device belongs to somebody else"
            ),
            "tunnel_device_not_in_use": Title(
                cs="zařízení čeká na schválení, je zablokované, vyřazené nebo ztracené",
                en="the device waits for approval, is blocked, retired or lost",
            ),
            "tunnel_key_missing": Title(
                cs="zařízení ještě neoznámilo klíč tunelu",
                en="the device has not told its key of the tunnel yet",
            ),
            "tunnel_key_taken": Title(
                cs="stejný klíč tunelu má i jiné zařízení", en="another device has the same key of the tunnel"
            ),
            "tunnel_key_changed": Title(
                cs="zařízení má nový klíč tunelu", en="the device has a new key of the tunnel"
            ),
            "tunnel_two_factors": Title(
                cs="přihlášení jen heslem k tunelu nestačí", en="a sign-in by password alone opens no tunnel"
            ),
            "tunnel_no_address": Title(
                cs="všechny adresy tunelu jsou obsazené", en="all addresses of the tunnel are in use"
            ),
            "tunnel_not_opened": Title(cs="tunel nikdo neotevřel", en="nobody has opened the tunnel"),
            "tunnel_process_away": Title(
                cs="proces, který tunely udržuje, teď neběží", en="the process that keeps tunnels is away now"
            ),
            "tunnel_target_unknown": Title(
                cs="na takovou adresu a port tunel nevede", en="the tunnel leads to no such address and port"
            ),
            "tunnel_too_many": Title(
                cs="zařízení navazuje tunelem příliš mnoho spojení",
                en="the device makes too many connections through the tunnel",
            ),
            "tunnel_two_places": Title(
                cs="pakety tunelu přicházejí odjinud, než odkud se hlásí jeho zařízení",
                en="packets of the tunnel come from elsewhere than where its device asks from",
            ),
            "tunnel_device_silent": Title(
                cs="agent zařízení se v posledních 10 minutách neozval, proto se neví, kde zařízení je",
                en="the device's agent has not asked within 10 minutes, so nobody knows where the device is",
            ),
            "tunnel_place_unsettled": Title(
                cs="zařízení se hlásí pokaždé odjinud", en="the device asks from another place each time"
            ),
        },
    ),
)
