"""How setting up a Keycloak can fail; each says what to do."""


class KeycloakUnusable(Exception):
    """Nothing more was done than what was told until then; a next run goes on from there."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"keycloak: {what}\n    {hint}")
        self.what, self.hint = what, hint


class KeycloakUnreachable(KeycloakUnusable):
    """No answer, or not from whom the certificate should be."""


class KeycloakRefused(KeycloakUnusable):
    """It answers, and does not let us in, or not do this."""


class KeycloakAmbiguous(KeycloakUnusable):
    """Something of ours is there twice: nobody knows which one counts."""
