"""Complaints about existing stacks (issue 3, "Must not happen") and the tests that show they do not hold here.

tests/test_must_not_happen.py fails where a complaint has no test or a test does not exist; tools/draw_interop.py puts the
table into docs/interop.md.
"""

__all__ = ["BEHAVIOUR", "COMPLAINTS", "SETTINGS"]

COMPLAINTS: dict[str, tuple[str, ...]] = {
    "A BRCB stays reserved after a client vanishes": (
        "tests/server/test_buffered_reports.py::test_a_vanished_client_leaves_the_block_to_itself_only",
        "tests/server/test_buffered_reports.py::test_a_dead_client_is_noticed_whether_something_is_said_to_it_or_not",
        "tests/acsi/test_buffered_reservation.py::test_a_vanished_client_has_res_tms_seconds",
        "tests/server/test_bad_input.py::test_a_client_that_goes_with_its_report_control_enabled",
        "tests/interop/test_their_clients.py::test_a_block_of_another_client",
    ),
    "Events are lost over power-off": (
        "tests/server/test_kill.py::test_killed_five_times",
        "tests/server/test_kill.py::test_killed_a_hundred_times",
        "tests/server/test_journal.py::test_power_safe_settings",
    ),
    "Settings of the server are silently ignored": ("tests/test_must_not_happen.py::test_every_setting_has_a_test",),
    "A second client deadlocks": (
        "tests/server/test_complaints.py::test_a_second_client_is_served_whatever_the_first_does",
        "tests/server/test_bad_input.py::test_a3_the_largest_frame_and_then_silence_holds_nobody_up",
        "tests/interop/test_their_clients.py::test_several_clients_at_once",
    ),
    "An idle server burns CPU in polling loops": (
        "tests/server/test_complaints.py::test_an_idle_server_with_associations_has_no_timer_and_nothing_to_do",
        "tests/server/test_buffered_reports.py::test_idle_blocks_need_no_timer",
    ),
    "A ceiling of 5 or 64 connections": (
        "tests/server/test_complaints.py::test_two_hundred_associations_are_no_ceiling",
    ),
    "A report bigger than the PDU loops for ever": (
        "tests/server/test_bad_input.py::test_s18_a_report_larger_than_the_pdu_agreed_on",
        "tests/server/test_buffered_reports.py::test_a_member_beyond_the_pdu_costs_itself",
        "tests/binding/mms/test_reports.py::test_a_member_that_fits_no_pdu_is_left_out_and_the_others_arrive",
        "tests/client/test_reports.py::test_a_report_that_never_ends_is_cut_off",
        "tests/interop/test_their_clients.py::test_segmented_reports",
    ),
    "A client loses a whole report because one member is unknown": (
        "tests/server/test_buffered_reports.py::test_a_member_that_cannot_be_read_costs_its_value_only",
        "tests/client/test_reports.py::test_members_beyond_what_is_known",
    ),
    "TRUE only as 01 or only as FF": (
        "tests/interop/test_their_clients.py::test_true_in_both_forms",
        "tests/interop/test_their_servers.py::test_true_in_both_forms",
        "tests/protocols/mms/test_data.py::test_what_is_read_but_not_written",
    ),
    "Names above 64 octets are accepted": (
        "tests/server/test_complaints.py::test_names_above_64_octets_are_refused",
        "tests/protocols/mms/test_names.py::test_identifier_limits",
    ),
}

BEHAVIOUR: dict[str, tuple[str, ...]] = {
    "Substitution survives its client": (
        "tests/server/test_substitution.py::test_no_substitution_survives_its_client",
        "tests/acsi/test_substitution.py::test_no_substitution_survives_its_client",
        "tests/interop/test_substitution_and_tracking.py::test_their_substitution_ends_with_their_client",
    ),
    "A test-flagged operate moves the process": (
        "tests/server/test_modes.py::test_a_test_flagged_operate_never_moves_the_process",
        "tests/acsi/test_mode.py::test_a_test_flagged_command_moves_nothing_in_any_mode",
        "tests/acsi/test_control.py::test_a_test_never_moves_the_process",
        "tests/interop/test_controls.py::test_their_client_sends_a_test",
    ),
    "Long orIdent accepted and passed on": (
        "tests/server/test_controls.py::test_a_long_or_ident_is_neither_taken_nor_passed_on",
        "tests/acsi/test_control_rules.py::test_an_originator_that_cannot_be_sent",
    ),
    "AddCause lost between LastApplError and the write answer": (
        "tests/server/test_controls.py::test_the_cause_comes_before_the_refusal_and_the_end_behind_the_answer",
        "tests/server/test_controls.py::test_the_cause_is_the_one_of_the_command_it_belongs_to",
        "tests/acsi/test_control.py::test_every_add_cause_can_come_from_a_handler",
        "tests/interop/test_controls.py::test_their_client_is_refused",
        "tests/interop/test_controls.py::test_our_client_is_refused",
    ),
    "Two clients holding one selection": (
        "tests/acsi/test_control.py::test_two_clients_never_hold_one_selection",
        "tests/server/test_controls.py::test_a_selection_is_released_on_disconnect",
    ),
    "A control executed twice after a retry": (
        "tests/server/test_controls.py::test_a_command_whose_answer_was_lost_is_not_carried_out_twice",
        "tests/acsi/test_control.py::test_a_command_that_comes_again_is_not_carried_out_again",
        "tests/acsi/test_control.py::test_a_replay_under_a_new_selection",
        "tests/server/test_controls.py::test_pipelined_commands_are_each_answered",
    ),
    "Setting change half applied after a crash": (
        "tests/server/test_setting_store.py::test_killed_three_times_while_confirming",
        "tests/server/test_setting_store.py::test_killed_a_hundred_times_while_confirming",
        "tests/server/test_setting_store.py::test_a_disk_that_fails_changes_nothing",
        "tests/acsi/test_setting_groups.py::test_a_change_that_cannot_be_kept_has_not_happened",
        "tests/acsi/test_setting_groups.py::test_what_is_not_confirmed_never_was",
    ),
    "Entries of a log lost, half written or given twice": (
        "tests/server/test_log_store.py::test_killed_three_times_while_logging",
        "tests/server/test_log_store.py::test_killed_a_hundred_times_while_logging",
        "tests/server/test_log_store.py::test_queries_of_a_log_whose_clock_was_set_back",
        "tests/acsi/test_log_control.py::test_entry_ids_never_come_twice",
        "tests/client/test_logs.py::test_nothing_twice_and_nothing_missing",
    ),
}
"""What issue 4 says must not happen in the behaviour of a server, and the tests that show that it does not."""

_HERE = "tests/server/test_complaints.py::test_"
_ADMISSION = "tests/server/test_admission.py::test_"
SETTINGS: dict[str, str] = {
    "LogLimits.entries": "tests/server/test_log_store.py::test_the_ring_is_bounded_by_number",
    "LogLimits.octets": "tests/server/test_log_store.py::test_the_ring_is_bounded_by_size_and_the_newest_stays",
    "LogLimits.age_seconds": "tests/server/test_settings_and_logs.py::test_old_entries_are_not_shown",
    "Limits.max_associations": "tests/server/test_bad_input.py::test_more_than_max_associations",
    "Limits.half_open_seconds": "tests/server/test_bad_input.py::test_half_open_connections_are_closed_in_time",
    "Limits.max_pdu": f"{_HERE}max_pdu_is_negotiated_and_kept",
    "Limits.max_outstanding": f"{_HERE}max_outstanding_is_negotiated",
    "Limits.max_unsent": "tests/server/test_bad_input.py::test_answers_to_a_client_that_never_reads_do_not_pile_up",
    "Limits.max_unsent_reports": "tests/server/test_slow_subscribers.py::test_a_client_that_reads_slowly_sees_what_it_lost_and_stays",
    "Limits.stalled_seconds": "tests/server/test_slow_subscribers.py::test_a_client_that_never_reads_its_reports_loses_them_counted_and_is_cut_off",
    "Limits.call_seconds": "tests/server/test_calls.py::test_a_client_that_does_not_answer_is_not_waited_for",
    "Limits.files": "tests/server/test_files.py::test_limits_of_open_files",
    "FileLimits.open_each": "tests/acsi/test_files.py::test_limits_of_open_files",
    "FileLimits.open_all": "tests/acsi/test_files.py::test_the_limit_of_all_counts_every_association",
    "FileLimits.max_written": "tests/server/test_files.py::test_a_file_that_is_too_large_is_not_kept",
    "Admission.password": f"{_ADMISSION}password",
    "Admission.addresses": f"{_ADMISSION}other_addresses",
    "DataSetLimits.max_persistent": f"{_HERE}data_set_limits_given_to_the_server",
    "DataSetLimits.max_per_association": f"{_HERE}data_set_limits_given_to_the_server",
    "DataSetLimits.max_members": f"{_HERE}data_set_limits_given_to_the_server",
    "BufferLimits.entries": f"{_HERE}buffer_limits_given_to_the_server",
    "BufferLimits.octets": f"{_HERE}buffer_limits_given_to_the_server",
}
"""Every setting of a server, and the test that shows that it works."""
