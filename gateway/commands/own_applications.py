"""Our own pages as the applications that they are to people and policies."""

from config.settings import Title
from config.vocabulary import ApplicationId

AUDIT_LOG, PORTAL_ITSELF = ApplicationId("audit"), ApplicationId("portal")
PORTAL_TITLE = Title(cs="Portál", en="Portal")
AUDIT_TITLE = Title(cs="Auditní záznam", en="Audit log")
AUDIT_ABOUT = Title(
    cs="Kdo co kdy dělal, kdo je přihlášen, a důkaz, že záznam je úplný.",
    en="Who did what and when, who is signed in, and the proof that the log is whole.",
)
