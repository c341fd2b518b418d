"""What levels of sign-in are called, by the number that a policy compares: the same wherever they stand."""

from policies.model import Text
from policies.reasons import CS, EN

LEVEL_TITLES: dict[int, Text] = {
    1: {CS: "jen heslo", EN: "password alone"},
    2: {CS: "heslo a druhý faktor", EN: "password and a second factor"},
    3: {CS: "bezpečnostní nebo přístupový klíč", EN: "a security key or a passkey"},
}
