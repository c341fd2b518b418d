"""A telephone's application for one-time codes."""

from datetime import datetime

import pyotp

from idp.login.totp import STEP, Secret


def code_at(secret: Secret, moment: datetime) -> str:
    """The code it shows at `moment`."""
    return pyotp.TOTP(secret.base32).generate_otp(int(moment.timestamp()) // STEP)
