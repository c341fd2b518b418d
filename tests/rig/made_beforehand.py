"""What each start of a product makes anew out of files of the source tree, made once in the process that is copied."""

from pathlib import Path

from config.district import read_district
from config.vocabulary import Language
from gateway.web.pages import make_pages
from idp.http import page
from policies.load import load
from tests.rig.pages_made_once import make_pages_once
from tests.rig.policies_reviewed_once import review_policies_once

EXAMPLES = Path(__file__).parents[2] / "config/examples"


def make_beforehand() -> None:
    make_pages_once()
    for language in Language:
        page.load_translations((page.OWN_LOCALE,), language)
    make_pages("", "", account="")
    review_policies_once()
    policies = EXAMPLES / "policies"
    load(policies / "region", policies / "municipalities", read_district(EXAMPLES / "kromeriz.csv"))
