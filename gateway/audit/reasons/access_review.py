"""Names of the reasons why an act of access review comes to nothing."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Neprovedený úkon přezkumu oprávnění", en="Act of access review not done"),
        {
            "review_not_found": Title(
                cs="takový přezkum není, nebo patří jiné obci",
                en="there is no such review, or it is another municipality's",
            ),
            "review_closed": Title(cs="přezkum už je uzavřen", en="the review is closed already"),
            "own_access": Title(cs="rozhodnutí o vlastním oprávnění", en="a decision about one's own access"),
            "access_gone": Title(
                cs="oprávnění už mezitím zaniklo", en="the access is no more, so there is nothing to decide"
            ),
            "review_comment_missing": Title(
                cs="chybí použitelné vysvětlení", en="an explanation is missing or cannot be kept"
            ),
            "removal_final": Title(
                cs="co přezkum ukončil, nelze vrátit", en="what a review ended cannot be brought back"
            ),
            "review_under_way": Title(
                cs="stejný přezkum obce už probíhá", en="the same review of the municipality is under way"
            ),
            "review_deadline_unusable": Title(
                cs="termín přezkumu není v povoleném rozmezí", en="the deadline is not within what is allowed"
            ),
            "review_not_finished": Title(
                cs="není rozhodnuto o všem a termín neuplynul",
                en="not all is decided and the deadline is not over",
            ),
            "review_of_nothing": Title(
                cs="v tomto rozsahu není co přezkoumat", en="there is nothing to review in this scope"
            ),
            "access_not_removed": Title(
                cs="role není odebraná, nebo už byla vrácena", en="the role is not removed, or was given back"
            ),
        },
    ),
)
