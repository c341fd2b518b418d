"""How a page asks whether its act may be done. Implemented by who composes the product."""

from typing import Protocol

from gateway.authorize.act import Act
from gateway.web.identity import Assertion
from idp.events import Origin
from policies.model import Permitted


class MayAct(Protocol):
    async def __call__(self, caller: Assertion, act: Act, origin: Origin) -> Permitted:
        """By which rule and policies, for the entry of the act. What is refused is recorded.

        Raises `gateway.web.desk.Refused` with the reason, title and advice of the policies.
        """
        ...
