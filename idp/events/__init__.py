"""What the identity provider can say has happened: a closed set of frozen values.

The provider returns them, whoever composes the product records them. They hold no secret: no password, no
code, no token, no handle.
"""

from idp.events.authenticator import (
    EnrolmentCodeIssued,
    EnrolmentCodeRefused,
    EnrolmentCodeUsed,
    Factor,
    FactorChangeRefused,
    FactorEnrolled,
    FactorRemoved,
    FactorRenamed,
    RecoveryCodesMade,
)
from idp.events.exception import (
    BlockLifted,
    ExceptionEnded,
    ExceptionGranted,
    ExceptionUsed,
)
from idp.events.happening import (
    NOWHERE,
    Actor,
    Happening,
    Origin,
)
from idp.events.password import (
    PasswordChangeBegun,
    PasswordChanged,
    PasswordChangeRefused,
    PasswordChangeUnknown,
)
from idp.events.program import ProgramSecretIssued, ProgramSecretRevoked
from idp.events.recovery import (
    RecoveryIssued,
    RecoveryRefused,
    RecoveryRevoked,
    RecoveryUsed,
)
from idp.events.relying_party import (
    AssertionIssued,
    AuthorizationGranted,
    AuthorizationRefused,
    ClientRefused,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    DeviceAuthorizationAllowed,
    DeviceAuthorizationAsked,
    DeviceAuthorizationRefused,
    RefreshTokenMisused,
    SamlRequestRefused,
    TokenIssued,
    TokenRefused,
    TokenRevoked,
)
from idp.events.session import EndReason, SessionEnded, SignOutRefused
from idp.events.sign_in import (
    CodeAccepted,
    CodeRefused,
    KeyRefused,
    NewDeviceDisowned,
    NewDeviceMet,
    NewDeviceOwned,
    PasswordAccepted,
    PasswordRefused,
    SignInCompleted,
    SignInFailed,
    SignInNotBegun,
    SignInStarted,
    Throttled,
)
from idp.events.upstream import (
    UpstreamAccepted,
    UpstreamLinked,
    UpstreamNotLinked,
    UpstreamRefused,
    UpstreamSignedOut,
    UpstreamSignOutRefused,
    UpstreamUnlinked,
)

Event = (
    SignInStarted
    | SignInNotBegun
    | SignOutRefused
    | PasswordAccepted
    | PasswordRefused
    | CodeAccepted
    | CodeRefused
    | KeyRefused
    | Throttled
    | SignInCompleted
    | SignInFailed
    | NewDeviceMet
    | NewDeviceOwned
    | NewDeviceDisowned
    | PasswordChanged
    | PasswordChangeBegun
    | PasswordChangeUnknown
    | PasswordChangeRefused
    | FactorEnrolled
    | FactorRenamed
    | FactorChangeRefused
    | FactorRemoved
    | RecoveryCodesMade
    | EnrolmentCodeIssued
    | EnrolmentCodeUsed
    | EnrolmentCodeRefused
    | ExceptionGranted
    | ExceptionUsed
    | ExceptionEnded
    | BlockLifted
    | SessionEnded
    | AssertionIssued
    | SamlRequestRefused
    | AuthorizationGranted
    | AuthorizationRefused
    | ClientRefused
    | DeviceAuthorizationAsked
    | DeviceAuthorizationAllowed
    | DeviceAuthorizationRefused
    | ConsentGiven
    | ConsentRefused
    | ConsentWithdrawn
    | RefreshTokenMisused
    | TokenIssued
    | TokenRefused
    | TokenRevoked
    | RecoveryIssued
    | RecoveryRevoked
    | RecoveryUsed
    | RecoveryRefused
    | ProgramSecretIssued
    | ProgramSecretRevoked
    | UpstreamAccepted
    | UpstreamNotLinked
    | UpstreamRefused
    | UpstreamLinked
    | UpstreamUnlinked
    | UpstreamSignedOut
    | UpstreamSignOutRefused
)

__all__ = [
    "NOWHERE",
    "Actor",
    "AssertionIssued",
    "AuthorizationGranted",
    "AuthorizationRefused",
    "BlockLifted",
    "ClientRefused",
    "CodeAccepted",
    "CodeRefused",
    "ConsentGiven",
    "ConsentRefused",
    "ConsentWithdrawn",
    "DeviceAuthorizationAllowed",
    "DeviceAuthorizationAsked",
    "DeviceAuthorizationRefused",
    "EndReason",
    "EnrolmentCodeIssued",
    "EnrolmentCodeRefused",
    "EnrolmentCodeUsed",
    "Event",
    "ExceptionEnded",
    "ExceptionGranted",
    "ExceptionUsed",
    "Factor",
    "FactorChangeRefused",
    "FactorEnrolled",
    "FactorRemoved",
    "FactorRenamed",
    "Happening",
    "KeyRefused",
    "NewDeviceDisowned",
    "NewDeviceMet",
    "NewDeviceOwned",
    "Origin",
    "PasswordAccepted",
    "PasswordChangeBegun",
    "PasswordChangeRefused",
    "PasswordChangeUnknown",
    "PasswordChanged",
    "PasswordRefused",
    "ProgramSecretIssued",
    "ProgramSecretRevoked",
    "RecoveryCodesMade",
    "RecoveryIssued",
    "RecoveryRefused",
    "RecoveryRevoked",
    "RecoveryUsed",
    "RefreshTokenMisused",
    "SamlRequestRefused",
    "SessionEnded",
    "SignInCompleted",
    "SignInFailed",
    "SignInNotBegun",
    "SignInStarted",
    "SignOutRefused",
    "Throttled",
    "TokenIssued",
    "TokenRefused",
    "TokenRevoked",
    "UpstreamAccepted",
    "UpstreamLinked",
    "UpstreamNotLinked",
    "UpstreamRefused",
    "UpstreamSignOutRefused",
    "UpstreamSignedOut",
    "UpstreamUnlinked",
]
