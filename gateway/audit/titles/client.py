"""What entries about relying parties that administrators keep say to people."""

from config.settings import Title
from gateway.audit.entry import Code

CLIENT_TITLES: dict[Code, Title] = {
    Code.CONSENT_GIVEN: Title(
        cs="Souhlas se sdělením údajů aplikaci {application}: {who} (rozsah: {consented})",
        en="Consent that application {application} learns data: {who} (scopes: {consented})",
    ),
    Code.CONSENT_REFUSED: Title(
        cs="Nesouhlas se sdělením údajů aplikaci {application}: {who}",
        en="No consent that application {application} learns data: {who}",
    ),
    Code.CONSENT_WITHDRAWN: Title(
        cs="Odvolán souhlas se sdělením údajů aplikaci {application}: {who} (zneplatněno tokenů: {revoked})",
        en="Consent that application {application} learns data withdrawn: {who} (tokens withdrawn: {revoked})",
    ),
    Code.CLIENT_ADDED: Title(
        cs="Připojena aplikace „{client_title}“ ({client}): {who}",
        en="Application “{client_title}” ({client}) connected: {who}",
    ),
    Code.CLIENT_CHANGED: Title(
        cs="Změněno připojení aplikace „{client_title}“ ({client}): {who}; {changes}",
        en="Connected application “{client_title}” ({client}) changed: {who}; {changes}",
    ),
    Code.CLIENT_SUSPENDED: Title(
        cs="Pozastaveno připojení aplikace „{client_title}“ ({client}): {who}",
        en="Connected application “{client_title}” ({client}) suspended: {who}",
    ),
    Code.CLIENT_RESUMED: Title(
        cs="Obnoveno připojení aplikace „{client_title}“ ({client}): {who}",
        en="Connected application “{client_title}” ({client}) resumed: {who}",
    ),
    Code.CLIENT_REMOVED: Title(
        cs="Odpojena aplikace „{client_title}“ ({client}): {who}",
        en="Connected application “{client_title}” ({client}) removed: {who}",
    ),
    Code.CLIENT_SECRET_MADE: Title(
        cs="Vydáno tajemství {secret} aplikace „{client_title}“ ({client}): {who} (předchozí platí do {before_until})",
        en="Secret {secret} of application “{client_title}” ({client}) made: {who} (those before until {before_until})",
    ),
    Code.CLIENT_SECRET_ENDED: Title(
        cs="Ukončena platnost tajemství {secret} aplikace „{client_title}“ ({client}): {who}",
        en="Secret {secret} of application “{client_title}” ({client}) ended: {who}",
    ),
    Code.CLIENT_ACT_REFUSED: Title(
        cs="Úkon s připojenou aplikací neproveden: {who}, {act} {client} (důvod: {reason})",
        en="Act on a connected application not done: {who}, {act} {client} (reason: {reason})",
    ),
}
