"""What a device is answered when it asks for a name in the tunnel. Pure.

Laws: nobody else is ever asked; a device is told names of what it reaches, and one that it does not reach is to it as
one that is not there; names of pages are the gateway's own address, for whoever is awake; below no domain of the
tunnel's nothing is answered but a refusal; whatever octets come, what is said to them is a response with their number,
or nothing.
"""

import struct
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from dns import flags, message, rcode, rdataclass, rdatatype, rrset
from dns.exception import DNSException

from gateway.tunnels.peers import Address
from gateway.tunnels.permits import Admitted, Named

HEADER = struct.Struct("!6H")  # RFC 1035, section 4.1.1
RESPONSE, OPCODE, QUERY = 0x8000, 0x7800, 0
DATAGRAM = 512  # octets that everybody takes by UDP; the longest name with eight addresses needs 506
LONGEST = timedelta(seconds=30)  # that an answer is kept: the permission may be taken at any time
KINDS = {4: rdatatype.A, 6: rdatatype.AAAA}
ORDINARY = frozenset(range(1, 128)) - {
    rdatatype.OPT
}  # types of records; others ask for whole zones, or mean no record
MOST = 512  # octets of a question; one name has 255


def answer(asked: bytes, who: Admitted, now: datetime, own: Collection[Address] = ()) -> bytes | None:
    """At most `DATAGRAM` octets; None: silence. `own`: the gateway's addresses that the device reaches."""
    if len(asked) < HEADER.size:
        return None
    number, said, questions, *_ = HEADER.unpack_from(asked)
    if said & RESPONSE or not who.awake(now):
        return None
    if said & OPCODE != QUERY:
        return _bare(number, said, rcode.NOTIMP)
    if questions != 1 or len(asked) > MOST:
        return _bare(number, said, rcode.FORMERR)
    try:
        question = message.from_wire(asked)
        return _response(question, who, now, own).to_wire()
    except (DNSException, ValueError):
        return _bare(number, said, rcode.FORMERR)


def _bare(number: int, said: int, code: rcode.Rcode) -> bytes:
    """To what is not understood: its number, and why."""
    return HEADER.pack(number, RESPONSE | said & (OPCODE | flags.RD) | code, 0, 0, 0, 0)


def _response(
    question: message.Message, who: Admitted, now: datetime, own: Collection[Address]
) -> message.Message:
    (asked,) = question.question
    response = message.make_response(question, recursion_available=False, our_payload=MOST)
    name = asked.name.canonicalize().to_text(omit_final_dot=True)
    kind = asked.rdtype
    page = _within(name, who.pages)
    ours = page or _within(name, who.domains)
    if question.edns > 0:
        response.set_rcode(rcode.BADVERS)
    elif not ours or asked.rdclass != rdataclass.IN or (kind not in ORDINARY and kind != rdatatype.ANY):
        response.set_rcode(rcode.REFUSED)
    else:
        response.flags |= flags.AA
        known = {each: one for each, one in who.names.items() if now < one.until}
        if page and who.until is not None:
            known[name] = Named(frozenset(own), who.until)
        if (found := known.get(name)) is not None:
            response.answer.extend(_records(asked, found, now))
        elif name not in who.domains and not any(each.endswith(f".{name}") for each in known):
            response.set_rcode(rcode.NXDOMAIN)
    return response


def _within(name: str, domains: Collection[str]) -> bool:
    return any(name == one or name.endswith(f".{one}") for one in domains)


def _records(asked: rrset.RRset, found: Named, now: datetime) -> Iterator[rrset.RRset]:
    """No SOA is told, so that nobody keeps that there is none (RFC 2308, section 5)."""
    keeps = max(1, int(min(LONGEST, found.until - now).total_seconds()))
    for version, kind in KINDS.items():
        texts = sorted(str(one) for one in found.addresses if one.version == version)
        if texts and asked.rdtype in {kind, rdatatype.ANY}:
            yield rrset.from_text_list(asked.name, keeps, rdataclass.IN, kind, texts)
