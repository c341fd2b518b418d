"""What somebody is told who had a part in the matter by another account of theirs; nobody else is told of it."""

from gateway.web.refusal import ShownRefusal, both

REASON = "same_person"


def by_another_account(login: str = "") -> ShownRefusal:
    """`login`: of the other account; empty where it is not known any more."""
    cs, en = (f"účet {login}", login) if login else ("jiný účet", "another one")
    return ShownRefusal(
        reason=REASON,
        title=both(cs="Máte v tom už podíl pod jiným účtem", en="You have a part in it by another account"),
        advice=both(
            cs=(
                f"Podle adresáře patří tento účet a {cs} téže osobě. Požádejte někoho jiného. Není-li to tak, řekněte "
                "to správci adresáře."
            ),
            en=(
                f"The directory says that this account and {en} belong to one person. Ask somebody else. If that is "
                "not so, tell whoever looks after the directory."
            ),
        ),
    )
