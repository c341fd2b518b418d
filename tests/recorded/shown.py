"""Tests that look for the entry of an act, and do not say its address: they send its form, or ask its office.

What `looked_for.py` calls looking counts, and nothing that is merely written in a test.
"""

CLOSED, APPLIED = "gateway/commands/test_policy_incident.py", "gateway/commands/test_policy_apply.py"
SHOWN: dict[str, tuple[str, ...]] = {
    **{
        f"policies /clients/own/{{client}}/{path}": (f"gateway/web/test_clients.py::{test}",)
        for test, paths in (
            (
                "test_one_is_changed_suspended_resumed_and_removed",
                ("change", "suspend", "resume", "remove"),
            ),
            ("test_a_secret_is_rotated_and_the_one_before_ended", ("secret", "end-secret")),
        )
        for path in paths
    },
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
    "devices /new": (
        "gateway/web/test_registering_devices.py::test_a_device_of_the_office_is_registered_by_a_code_that_is_shown_once",
    ),
    "devices /one/{device}/approve": (
        "gateway/web/test_administered_devices.py::test_a_device_that_waits_is_approved_and_another_is_turned_down",
    ),
    "devices /one/{device}/block": (
        "gateway/web/test_administered_devices.py::test_each_act_is_asked_first_done_and_recorded",
    ),
    "devices /one/{device}/hand-over": (
        "gateway/web/test_administered_devices.py::test_a_device_is_handed_over_to_who_has_a_role_there",
    ),
    "devices /one/{device}/lost": (
        "gateway/web/test_administered_devices.py::test_each_act_is_asked_first_done_and_recorded",
    ),
    "devices /one/{device}/name": (
        "gateway/web/test_administered_devices.py::test_each_act_is_asked_first_done_and_recorded",
    ),
    "devices /one/{device}/retire": (
        "gateway/web/test_administered_devices.py::test_each_act_is_asked_first_done_and_recorded",
    ),
    "devices /one/{device}/take-over": (
        "gateway/web/test_administered_devices.py::test_each_act_is_asked_first_done_and_recorded",
    ),
    "devices /one/{device}/turn-down": (
        "gateway/web/test_administered_devices.py::test_a_device_that_waits_is_approved_and_another_is_turned_down",
    ),
    "devices /one/{device}/unblock": (
        "gateway/web/test_administered_devices.py::test_each_act_is_asked_first_done_and_recorded",
    ),
    "login /device_authorization": (
        "idp/http/test_device_grant.py::test_a_program_gets_the_tokens_of_whoever_types_its_code_and_says_yes",
        "idp/http/test_device_grant.py::test_only_clients_that_are_configured_for_it_ask",
    ),
    "login /account/consents/withdraw": (
        "idp/http/test_consent.py::test_what_is_withdrawn_takes_the_tokens_along_and_is_asked_about_again",
    ),
    "login /consent": (
        "idp/http/test_consent.py::test_a_person_reads_who_learns_what_and_agrees_once",
        "idp/http/test_consent.py::test_who_does_not_agree_goes_back_without_a_code_and_is_asked_again",
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
        "gateway/web/test_policies.py::test_a_change_goes_from_a_form_over_approval_into_force",
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
    "portal /devices/code": (
        "gateway/web/test_own_devices.py::test_a_person_adds_a_device_by_a_code_that_is_shown_once",
    ),
    "portal /devices/own/{device}/lost": (
        "gateway/web/test_own_devices.py::test_a_person_reports_a_device_as_lost",
    ),
    "portal /devices/own/{device}/name": (
        "gateway/web/test_own_devices.py::test_a_person_renames_and_retires_a_device",
    ),
    "portal /devices/own/{device}/retire": (
        "gateway/web/test_own_devices.py::test_a_person_renames_and_retires_a_device",
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
        "gateway/web/test_requests.py::test_a_supplier_asks_for_an_order_that_its_sponsor_confirms_and_ends",
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
    "brana keycloak provision": (
        "keycloak/test_provision.py::test_a_run_is_recorded_before_it_changes_anything",
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
    "* /.brana/callback": (
        "gateway/sessions/test_office.py::test_opening_gives_a_handle_that_only_its_holder_knows",
    ),
    "* /.brana/sign-out": (
        "gateway/sessions/test_office.py::test_ending_announces_the_revocation_id_and_ends_the_sign_in",
    ),
    "admin /incidents/{number:[0-9]+}/close": (
        "gateway/web/test_incidents.py::test_each_act_on_an_incident_is_an_entry_of_its_own",
    ),
    "admin /incidents/{number:[0-9]+}/closure": (
        "gateway/web/test_incidents.py::test_each_act_on_an_incident_is_an_entry_of_its_own",
    ),
    "admin /incidents/{number:[0-9]+}/entry": (
        "gateway/web/test_incidents.py::test_each_act_on_an_incident_is_an_entry_of_its_own",
    ),
    "admin /incidents/{number:[0-9]+}/note": (
        "gateway/web/test_incidents.py::test_each_act_on_an_incident_is_an_entry_of_its_own",
    ),
    "admin /incidents/{number:[0-9]+}/reports/{kind}": (
        "gateway/web/test_incidents.py::test_each_act_on_an_incident_is_an_entry_of_its_own",
    ),
    "admin /incidents/{number:[0-9]+}/search": (
        "gateway/web/test_incidents.py::test_each_act_on_an_incident_is_an_entry_of_its_own",
    ),
    "admin /incidents/{number:[0-9]+}/sent": (
        "gateway/web/test_incidents.py::test_each_act_on_an_incident_is_an_entry_of_its_own",
    ),
    "admin /suspensions": (
        "gateway/incidents/test_suspending_devices.py::test_all_sessions_in_it_end_whoever_s_they_are_and_those_in_other_devices_go_on",
    ),
    "login /account/recovery-codes": (
        "idp/http/test_account_factors.py::test_new_recovery_codes_are_shown_once_and_replace_the_earlier",
    ),
    "login /authorize": ("idp/http/test_sign_in.py::test_password_and_code_lead_back_to_the_application",),
    "login /sign-in/password": (
        "idp/http/test_sign_in.py::test_password_and_code_lead_back_to_the_application",
        "attacks/test_guessing.py::test_guessing_passwords_at_once_gives_no_more_guesses",
    ),
    "login /sign-in/recovery-codes": (
        "idp/http/test_enrolment.py::test_an_officers_code_opens_the_enrolment_and_what_is_enrolled_signs_in",
    ),
    "login /sign-in/enrolment/key": (
        "idp/http/test_enrolment.py::test_a_key_is_enrolled_kept_with_its_attestation_and_signs_in_alone",
    ),
    "login /sign-in/recovery": (
        "idp/http/test_enrolment.py::test_a_recovery_code_works_once_even_for_two_at_once",
    ),
    "login /sign-in/saved": (
        "idp/http/test_enrolment.py::test_an_officers_code_opens_the_enrolment_and_what_is_enrolled_signs_in",
    ),
    "login /token": (
        "attacks/test_programs.py::test_a_revoked_secret_takes_its_tokens_with_it_at_once",
        "idp/http/test_refresh_tokens.py::test_one_that_is_used_again_ends_all_that_came_of_the_sign_in_and_says_so",
    ),
    "policies /proposals/{proposal}/impact": (
        "gateway/web/test_policies_simulated.py::test_a_simulation_is_begun_watched_and_told_and_whoever_sees_it_is_recorded",
    ),
    "policies /proposals/{proposal}/withdraw": (
        "gateway/policy_office/test_office.py::test_an_approver_returns_it_with_a_comment_and_the_author_goes_on",
    ),
    "policies /reviews/{review}/remove": (
        "gateway/access_review/test_deciding.py::test_a_removed_role_is_blocked_and_recorded_in_the_same_transaction",
    ),
    "brana audit tail": (
        "gateway/commands/test_audit_tail.py::test_what_is_added_is_told_as_it_comes_and_who_follows_is_recorded_once",
    ),
    "brana device lift": (
        "gateway/incidents/test_suspending_devices.py::test_it_stands_until_somebody_lifts_it_with_a_fresh_confirmation",
    ),
    "brana device suspend": (
        "gateway/incidents/test_suspending_devices.py::test_all_sessions_in_it_end_whoever_s_they_are_and_those_in_other_devices_go_on",
    ),
    "brana directory confirm": (
        "gateway/commands/test_directory.py::test_a_directory_is_read_looked_at_and_a_mass_removal_confirmed",
    ),
    "brana fleet invite": (
        "gateway/storage/test_fleet.py::test_who_joined_is_believed_by_its_certificates_until_it_leaves",
    ),
    "brana fleet join": (
        "gateway/storage/test_fleet.py::test_who_joined_is_believed_by_its_certificates_until_it_leaves",
    ),
    "brana fleet leave": (
        "gateway/storage/test_fleet.py::test_who_joined_is_believed_by_its_certificates_until_it_leaves",
    ),
    "brana incident add": (
        "gateway/commands/test_incident.py::test_what_is_done_to_an_incident_by_commands_is_recorded_with_who_did_it",
    ),
    "brana incident close": (
        "gateway/commands/test_incident.py::test_what_is_done_to_an_incident_by_commands_is_recorded_with_who_did_it",
    ),
    "brana incident note": (
        "gateway/commands/test_incident.py::test_what_is_done_to_an_incident_by_commands_is_recorded_with_who_did_it",
    ),
    "brana incident show": (
        "gateway/commands/test_incident.py::test_what_is_done_to_an_incident_by_commands_is_recorded_with_who_did_it",
    ),
    "brana person suspend": (
        "gateway/incidents/test_suspending.py::test_all_sessions_end_in_the_transaction_of_the_suspension_and_it_names_who_and_why",
    ),
    "brana serve": ("gateway/commands/test_audit.py::test_that_the_product_began_and_ended_is_recorded",),
    "brana state move": (
        "gateway/commands/test_state_move.py::test_a_move_is_told_recorded_and_not_undone_by_a_slip",
    ),
    "brana technical issue-secret": (
        "attacks/test_programs.py::test_a_revoked_secret_takes_its_tokens_with_it_at_once",
    ),
    "brana technical revoke": (
        "attacks/test_programs.py::test_a_revoked_secret_takes_its_tokens_with_it_at_once",
    ),
    "brana user recheck": (
        "gateway/sessions/test_recheck.py::test_a_session_with_a_role_that_was_taken_away_ends_at_once",
    ),
}
"""Place → tests (file::function). Each looks for one of its codes, and with those that say the address for all."""
