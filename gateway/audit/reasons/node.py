"""Names of the reasons why a machine is not believed to be a node of the fleet."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Uzly", en="Nodes"),
        {
            "node_certificate_missing": Title(cs="chybí certifikát uzlu", en="no certificate of a node"),
            "node_certificate_not_trusted": Title(
                cs="certifikát, kterému nelze věřit", en="a certificate that is not trusted"
            ),
            "node_certificate_of_other_purpose": Title(
                cs="certifikát, který nebyl vydán uzlu", en="a certificate that is not for a node"
            ),
            "node_certificate_expired": Title(
                cs="certifikát uzlu neplatí v tuto dobu", en="a certificate that is not valid now"
            ),
            "node_revoked": Title(
                cs="uzel nebo jeho certifikát byl vyřazen", en="the node or its certificate was removed"
            ),
            "node_service_not_allowed": Title(
                cs="služba, na kterou uzel nemá právo", en="a service that the node may not use"
            ),
            "node_too_many_joining": Title(
                cs="příliš mnoho spojení bez certifikátu uzlu",
                en="too many connections without a certificate",
            ),
            "invitation_unknown": Title(cs="neznámý kód pro připojení", en="an unknown code for joining"),
            "invitation_used": Title(cs="kód pro připojení už byl použit", en="a code that was used before"),
            "invitation_expired": Title(
                cs="kódu pro připojení skončila platnost", en="a code that has expired"
            ),
            "invitation_for_another_node": Title(
                cs="kód pro připojení je určen jinému uzlu", en="a code that is for another node"
            ),
            "invitation_request_unusable": Title(
                cs="vadná žádost o certifikát", en="an unusable request for a certificate"
            ),
        },
    ),
)
