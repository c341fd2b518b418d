"""Names of the reasons why an act on the policies is not done, or a version of them decides nothing."""

from config.settings import Title
from gateway.audit.named import Group

GROUPS: tuple[Group, ...] = (
    (
        Title(cs="Správa zásad", en="Administration of policies"),
        {
            "proposal_unknown": Title(cs="neznámý návrh", en="no such proposal"),
            "policy_version_unknown": Title(cs="neznámá verze zásad", en="no such version of the policies"),
            "not_your_municipality": Title(
                cs="zásady obce, za kterou osoba nejedná",
                en="policies of a municipality the person does not act for",
            ),
            "not_for_the_centre": Title(
                cs="týká se všech obcí, a osoba nejedná za úřad technologického centra",
                en="it concerns every municipality, and the person does not act for the office of the centre",
            ),
            "own_proposal": Title(cs="vlastní návrh nelze schválit", en="one's own proposal"),
            "proposal_in_another_state": Title(
                cs="návrh je v jiném stavu, než úkon vyžaduje", en="the proposal is in another state"
            ),
            "policies_changed_meanwhile": Title(
                cs="zásady se od vzniku návrhu změnily",
                en="the policies changed since the proposal was begun",
            ),
            "policies_changed_by_both": Title(
                cs="totéž změnil návrh i to, co mezitím vstoupilo v platnost, a nikdo nezvolil",
                en="the proposal and what came into force meanwhile changed the same, and nobody has chosen",
            ),
            "proposal_edited_meanwhile": Title(
                cs="návrh mezitím někdo upravil", en="somebody has edited the proposal meanwhile"
            ),
            "checks_failed": Title(cs="návrh neprošel kontrolou", en="the proposal failed its checks"),
            "municipality_left_without_policies": Title(
                cs="obec by zůstala bez zásad", en="a municipality would be left without policies"
            ),
            "approval_stale": Title(
                cs="schvalující četl jiný text", en="other texts than those the approver has read"
            ),
            "policies_nothing_new": Title(cs="návrh nic nemění", en="nothing would change"),
            "policies_of_others": Title(
                cs="soubor, který do návrhu nepatří", en="a file that does not belong to the proposal"
            ),
            "policies_too_large": Title(cs="příliš dlouhý text zásad", en="too much text"),
            "policies_take_long": Title(
                cs="čtení zásad trvá příliš dlouho", en="reading the policies takes long"
            ),
            "too_many_proposals": Title(
                cs="příliš mnoho rozpracovaných návrhů", en="too many proposals on their way"
            ),
            "approver_not_entitled": Title(
                cs="schvalující v době platnosti už schvalovat nesměl",
                en="the approver could not have approved it any more when its time came",
            ),
            "activation_time_past": Title(cs="čas platnosti už uplynul", en="the time of activation is over"),
            "activation_time_far": Title(
                cs="čas platnosti je vzdálen více než rok",
                en="the time of activation is more than a year ahead",
            ),
            "policies_without_reason": Title(
                cs="chybí důvod, nebo ho nelze přečíst", en="no reason was given, or none that can be read"
            ),
            "policies_damaged": Title(
                cs="uložené zásady jsou poškozené", en="the policies are damaged where they are kept"
            ),
            "policies_not_signed": Title(
                cs="zásady nemají platný podpis této instalace",
                en="the policies bear no signature of this installation",
            ),
            "incident_unknown": Title(cs="neznámé uzavření přístupu", en="no such closure"),
            "incident_unusable": Title(
                cs="předmět nebo důvod uzavření nemá správnou podobu",
                en="the target or the reason of a closure has not the form of one",
            ),
            "incident_target_unknown": Title(
                cs="neznámý předmět uzavření", en="nothing of that name can be closed"
            ),
            "incident_closed_already": Title(cs="přístup už je uzavřen", en="that is closed already"),
            "incident_opened_already": Title(
                cs="přístup už je znovu otevřen", en="that is open again already"
            ),
        },
    ),
)
