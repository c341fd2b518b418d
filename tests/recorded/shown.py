"""Tests that look for the entry of an act, and do not say its address: they send its form, or ask its office."""

CLOSED, APPLIED = "gateway/commands/test_policy_incident.py", "gateway/commands/test_policy_apply.py"
SHOWN: dict[str, tuple[str, ...]] = {
    "admin /incidents/new": (
        "gateway/incidents/test_office.py::test_incidents_are_numbered_and_recorded_with_what_they_are",
    ),
    "admin /incidents/{number:[0-9]+}/export": (
        "gateway/web/test_incidents.py::test_the_bundle_is_handed_out_for_a_purpose",
    ),
    "admin /incidents/{number:[0-9]+}/release": (
        "gateway/incidents/test_holding.py::test_it_is_released_by_hand_with_a_reason_by_who_has_just_shown_to_be_it",
    ),
    "admin /suspensions/lift": (
        "gateway/incidents/test_suspending.py::test_it_stands_until_somebody_else_lifts_it",
        "gateway/web/test_suspended_devices.py::test_a_device_is_suspended_from_an_entry_and_used_again",
    ),
    "login /sign-in/code": (
        "idp/http/test_sign_in.py::test_password_and_code_lead_back_to_the_application",
        "journeys/test_factors.py::test_a_first_sign_in_enrols_by_an_officers_code_and_recovery_codes_open_the_next_one",
    ),
    "login /sign-in/enrolment": (
        "idp/http/test_enrolment.py::test_an_officers_code_opens_the_enrolment_and_what_is_enrolled_signs_in",
    ),
    "login /sign-in/key": (
        "idp/http/test_keys.py::test_a_passkey_alone_signs_in_and_the_directory_is_asked_about_its_owner",
        "idp/http/test_keys.py::test_a_passkey_that_proves_something_else_is_refused_and_recorded_by_name",
    ),
    "login /sign-in/new-password": (
        "idp/http/test_new_password.py::test_after_the_factor_a_new_password_is_chosen_and_opens_the_session",
    ),
    "portal /lent": (
        "gateway/commands/test_asking_office.py::test_a_deputy_ends_a_delegation_without_any_permit_and_nobody_else_does",
    ),
    "policies /incidents/{incident}/open": (
        "gateway/web/test_policies_versions.py::test_an_officer_sees_whom_it_hits_closes_and_opens_again",
    ),
    "policies /proposals/{proposal}/approve": (
        "journeys/test_policies.py::test_what_one_proposes_another_approves_and_it_decides_at_once",
    ),
    "policies /proposals/{proposal}/return": (
        "gateway/policy_office/test_office.py::test_an_approver_returns_it_with_a_comment_and_the_author_goes_on",
    ),
    "policies /proposals/{proposal}/submit": (
        "gateway/web/test_policies.py::test_a_change_goes_from_a_form_over_approval_into_force",
    ),
    "policies /reviews/{review}/report": (
        "gateway/access_review/test_deciding.py::test_a_decision_can_be_changed_and_the_role_counts_again",
    ),
    "portal /municipality": (
        "journeys/test_portal.py::test_switching_the_municipality_changes_what_may_be_opened",
    ),
    "portal /tunnel/close": (
        "gateway/web/test_tunnel.py::test_a_person_opens_and_closes_the_tunnel_of_their_device",
    ),
    "portal /tunnel/open": (
        "gateway/web/test_tunnel.py::test_a_person_opens_and_closes_the_tunnel_of_their_device",
    ),
    "requests /orders/new": (
        "journeys/test_town_hall.py::test_a_supplier_works_under_an_order_until_its_sponsor_ends_it",
    ),
    "brana audit views": (
        "gateway/storage/test_audit_views.py::test_only_what_is_there_is_removed_and_recorded",
    ),
    "brana fleet authority": (
        "gateway/storage/test_fleet.py::test_the_fleet_is_founded_once_however_many_found_it",
    ),
    "brana incident export": (
        "gateway/commands/test_incident.py::test_a_bundle_holds_the_entries_in_their_bytes_and_verifies_elsewhere",
    ),
    "brana incident open": (
        "gateway/incidents/test_office.py::test_incidents_are_numbered_and_recorded_with_what_they_are",
    ),
    "brana keys rotate": (
        "journeys/test_key_rotation.py::test_the_log_and_the_list_tell_which_keys_there_were",
        "gateway/commands/test_keys_in_force.py::test_what_is_due_is_rotated_once_however_many_control_planes_see_it",
    ),
    "brana person resume": (
        "gateway/incidents/test_suspending.py::test_it_stands_until_somebody_else_lifts_it",
    ),
    "brana policy apply": (
        "gateway/commands/test_policy_apply.py::test_where_files_are_proposed_replacing_proposes_them_too",
    ),
    "brana policy incident close": (
        f"{CLOSED}::test_a_class_of_access_is_closed_and_opened_again_and_whoever_did_it_is_recorded",
    ),
    "brana policy incident open": (
        f"{CLOSED}::test_a_class_of_access_is_closed_and_opened_again_and_whoever_did_it_is_recorded",
    ),
    "brana policy replace": (
        f"{APPLIED}::test_files_in_the_place_of_a_version_are_in_force_and_told_as_approved_by_nobody",
        "gateway/commands/test_applying.py::test_texts_come_into_force_at_once_with_whose_they_are",
    ),
    "brana policy roll-back": (
        "gateway/web/test_policies_versions.py::test_versions_are_listed_compared_and_rolled_back_with_a_reason",
    ),
    "brana review begin": (
        "gateway/access_review/test_deciding.py::test_a_campaign_lists_who_has_what_and_is_recorded_with_its_beginning",
    ),
    "brana review restore": (
        "gateway/access_review/test_deciding.py::test_a_decision_can_be_changed_and_the_role_counts_again",
    ),
}
"""Place → tests (file::function), each of which names one of its codes, and together all."""

NOT_YET: frozenset[str] = frozenset(
    {
        "* /.brana/callback",
        "* /.brana/sign-out",
        "admin /incidents/add",
        "admin /incidents/{number:[0-9]+}/close",
        "admin /incidents/{number:[0-9]+}/closure",
        "admin /incidents/{number:[0-9]+}/entry",
        "admin /incidents/{number:[0-9]+}/note",
        "admin /incidents/{number:[0-9]+}/reports/{kind}",
        "admin /incidents/{number:[0-9]+}/search",
        "admin /incidents/{number:[0-9]+}/sent",
        "login /sign-in/enrolment/key",
        "login /sign-in/recovery",
        "login /sign-in/recovery-codes",
        "login /sign-in/saved",
        "login /token",
        "policies /proposals/{proposal}/impact",
        "policies /proposals/{proposal}/withdraw",
        "policies /reviews/all",
        "policies /reviews/{review}/remove",
        "policies /versions/{number}/restore",
        "requests /purpose",
        "requests /refuse",
        "brana device lift",
        "brana directory confirm",
        "brana fleet invite",
        "brana fleet join",
        "brana fleet leave",
        "brana incident add",
        "brana incident close",
        "brana incident note",
        "brana incident show",
        "brana serve",
        "brana technical issue-secret",
        "brana technical revoke",
    }
)
"""Places that say what they record, and no test is named that sees it. It only shrinks: a new place shows its entry."""
