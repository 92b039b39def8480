"""The interop matrix: every service of issue 3 with every pairing, and where it is proven, or what the peer lacks.

A cell says who tests it, or what the foreign side lacks, with evidence that is itself run: a pattern that no call of the
peer's interface matches, or a test that shows the refusal on the wire. test_matrix.py fails where a cell is empty, a test
does not exist, or evidence no longer holds (then the peer has learnt it, and a test is due). tools/draw_interop.py
makes docs/interop.md of this table.
"""

from dataclasses import dataclass
from typing import ClassVar

__all__ = ["LIB_CLIENT", "LIB_SERVER", "MATRIX", "PAIRINGS", "RUST_CLIENT", "RUST_SERVER", "Lacking", "Row", "Tested"]

LIB_CLIENT, RUST_CLIENT = "libiec61850_client", "iec61850_client"
LIB_SERVER, RUST_SERVER = "libiec61850_server", "iec61850_server"
PAIRINGS = {
    LIB_CLIENT: "libIEC61850 client → our server",
    RUST_CLIENT: "iec61850 client → our server",
    LIB_SERVER: "our client → libIEC61850 server",
    RUST_SERVER: "our client → iec61850 server",
}
"""The fixture of the foreign side, and what it is called in the table."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """The peer cannot do it."""

    what: str
    """What it lacks, as far as known."""
    api: str = ""
    """Evidence: no call of the client's interface matches this (``{"cmd": "api"}`` lists them)."""
    shown_by: str = ""
    """Evidence: this test shows it."""


@dataclass(frozen=True, slots=True)
class Tested:
    """Tests of this pairing, ``file.py::function`` below tests/interop."""

    __test__: ClassVar[bool] = False  # its name looks like one to pytest

    by: tuple[str, ...]
    but: Lacking | None = None
    """A part of the service that the peer lacks."""


Cell = Tested | Lacking


@dataclass(frozen=True, slots=True)
class Row:
    """One service."""

    group: str
    cells: dict[str, Cell]


def by(*names: str, but: Lacking | None = None) -> Tested:
    return Tested(names, but)


THEIRS, OURS = "test_their_clients.py::test_", "test_their_servers.py::test_"
LIB, RUST = "test_libiec61850.py::test_", "test_iec61850.py::test_"
FILES, BUFFERED = "test_files.py::test_", "test_buffered.py::test_"
KEPT = "test_settings_and_logs.py::test_"


def mine(client: str, server: str) -> dict[str, Cell]:
    """Tested with both clients by one parametrised test, and with both servers by another."""
    theirs, ours = by(f"{THEIRS}{client}"), by(f"{OURS}{server}")
    return {LIB_CLIENT: theirs, RUST_CLIENT: theirs, LIB_SERVER: ours, RUST_SERVER: ours}


def controls(name: str) -> dict[str, Cell]:
    """The same with all four, each parametrised over both peers."""
    theirs, ours = by(f"{CONTROLS}their_client_{name}"), by(f"{CONTROLS}our_client_{name}")
    return {LIB_CLIENT: theirs, RUST_CLIENT: theirs, LIB_SERVER: ours, RUST_SERVER: ours}


def twice(their_client: str, our_client: str) -> dict[str, Cell]:
    """Tested under one name in the older files of each peer."""
    return {
        LIB_CLIENT: by(f"{LIB}{their_client}"),
        RUST_CLIENT: by(f"{RUST}{their_client}"),
        LIB_SERVER: by(f"{LIB}{our_client}"),
        RUST_SERVER: by(f"{RUST}{our_client}"),
    }


CONTROLS = "test_controls.py::test_"
NO_STEPS = Lacking(
    "sends ctlVal as the Python value looks: no Tcmd, no set point of an APC",
    shown_by=f"{CONTROLS}the_client_of_iec61850_operates_neither_steps_nor_set_points",
)
ONLY_AT_THE_END = Lacking(
    "shows the AddCause of a CommandTermination- only", shown_by=f"{CONTROLS}their_client_sees_no_cause_of_a_refusal"
)
BEHIND_THE_ANSWER = Lacking(
    "tells AddCauses only behind an Operate with enhanced security, in a CommandTermination-",
    shown_by=f"{CONTROLS}our_client_is_refused",
)
NO_FILES = Lacking("no file services", api=r"[Ff]ile", shown_by=f"{FILES}the_client_of_iec61850_has_no_file_commands")
NO_FILE_SERVER = Lacking("rejects every file service", shown_by=f"{FILES}iec61850_has_no_file_services")
NO_ARRAYS = Lacking("serves no arrays: counts are accepted and ignored", shown_by=f"{OURS}their_server_has_no_arrays")
NO_CANCEL = Lacking("has no call for Cancel (its control objects do)", api=r"^(?!ControlObject)\w*[cC]ancel\w*\(")
NO_BUFFERED = Lacking(
    "has the block, takes every write, and sends nothing", shown_by=f"{OURS}their_server_sends_no_buffered_reports"
)
ONE_WRITE = Lacking("writes one variable at a time", api=r"write_(multiple|many|objects)")

MATRIX: dict[str, Row] = {
    # -- association -------------------------------------------------------------------------------------------------
    "associate and release": Row("association", mine("associations_come_and_go", "associations_come_and_go")),
    "abort": Row("association", {
        **mine("abort", "abort"),
        RUST_CLIENT: by(
            f"{THEIRS}abort", but=Lacking("closes TCP without an ABORT", shown_by=f"{THEIRS}abort")
        ),
    }),
    "several clients at once": Row("association", mine("several_clients_at_once", "several_clients_at_once")),
    "selectors, AP-titles, AE-qualifiers": Row("association", {
        **mine("addresses", "addresses"),
        LIB_SERVER: by(f"{OURS}addresses", but=Lacking("checks none of them", shown_by=f"{OURS}addresses")),
        RUST_SERVER: by(f"{OURS}addresses", but=Lacking("checks none of them", shown_by=f"{OURS}addresses")),
    }),
    "ACSE password": Row("association", {
        LIB_CLIENT: by(f"{THEIRS}password"),
        RUST_CLIENT: Lacking("no password anywhere in its interface", api=r"[Pp]assw|[Aa]uth"),
        LIB_SERVER: by(f"{OURS}password"),
        RUST_SERVER: Lacking("lets everybody in, whatever the password", shown_by=f"{OURS}their_server_asks_no_password"),
    }),
    "COTP TPDU sizes": Row("association", {
        **mine("tpdu_sizes", "tpdu_sizes"),
        LIB_CLIENT: by(f"{THEIRS}tpdu_sizes", "test_tpdu_sizes.py::test_every_size"),
        RUST_CLIENT: by(f"{THEIRS}tpdu_sizes", "test_tpdu_sizes.py::test_every_size"),
    }),
    "small PDUs": Row("association", mine("small_pdus", "small_pdus")),
    "PDU size limited by the server": Row("association", {
        LIB_CLIENT: by(f"{THEIRS}a_server_that_takes_small_pdus_only"),
        RUST_CLIENT: by(f"{THEIRS}a_server_that_takes_small_pdus_only"),
        LIB_SERVER: Lacking("has no setting for it; takes 65,000", shown_by=f"{OURS}negotiated_sizes"),
        RUST_SERVER: Lacking("has no setting for it; takes 65,000", shown_by=f"{OURS}negotiated_sizes"),
    }),
    "requests outstanding": Row("association", mine("requests_outstanding", "requests_outstanding")),
    "Cancel": Row("association", {
        LIB_CLIENT: NO_CANCEL,
        RUST_CLIENT: Lacking("has no call for Cancel", api=r"cancel"),
        LIB_SERVER: by(f"{OURS}cancel", but=Lacking("rejects it", shown_by=f"{OURS}cancel")),
        RUST_SERVER: by(f"{OURS}cancel", but=Lacking("rejects it", shown_by=f"{OURS}cancel")),
    }),
    "Status": Row("association", {
        LIB_CLIENT: by(f"{THEIRS}status"),
        RUST_CLIENT: Lacking("has no call for Status", api=r"status"),
        LIB_SERVER: by(f"{OURS}status"),
        RUST_SERVER: Lacking("rejects it as unrecognised", shown_by=f"{OURS}their_server_has_no_status"),
    }),
    "Identify": Row("association", {
        LIB_CLIENT: by(f"{LIB}their_client_identifies_us"),
        RUST_CLIENT: Lacking("has no call for Identify", api=r"identify|vendor"),
        LIB_SERVER: by(f"{OURS}identify"),
        RUST_SERVER: by(f"{OURS}identify"),
    }),
    # -- directories and types ---------------------------------------------------------------------------------------
    "names of devices, nodes, variables, data sets": Row("directories", mine("directories", "directories")),
    "long name lists in parts": Row("directories", {
        LIB_CLIENT: by(f"{LIB}their_client_gets_long_name_lists_in_parts", f"{THEIRS}small_pdus"),
        RUST_CLIENT: by(f"{RUST}their_client_gets_long_name_lists_in_parts", f"{THEIRS}small_pdus"),
        LIB_SERVER: by(f"{OURS}small_pdus"),
        RUST_SERVER: by(f"{OURS}small_pdus"),
    }),
    "types of variables": Row("directories", {
        LIB_CLIENT: by(f"{LIB}their_client_sees_every_type", f"{LIB}every_name_is_explained_by_a_type_and_sorted"),
        RUST_CLIENT: by(f"{RUST}their_client_sees_every_type"),
        LIB_SERVER: by(f"{OURS}types"),
        RUST_SERVER: by(f"{OURS}types"),
    }),
    # -- read --------------------------------------------------------------------------------------------------------
    "read: leaves and data objects": Row("read", twice("their_client_reads_every_leaf", "our_client_reads_every_leaf")),
    "read: FC group, whole logical node": Row("read", {
        LIB_CLIENT: by(f"{LIB}their_client_reads_every_leaf", f"{LIB}their_client_reads_whole_nodes_and_many_at_once"),
        RUST_CLIENT: by(
            f"{RUST}their_client_reads_every_leaf",
            but=Lacking("reads no node without a constraint", shown_by=f"{THEIRS}their_client_reads_no_whole_nodes"),
        ),
        LIB_SERVER: by(f"{OURS}groups_and_nodes"),
        RUST_SERVER: by(f"{OURS}groups_and_nodes"),
    }),
    "read: element, component of an element": Row("read", {
        LIB_CLIENT: by(f"{LIB}their_client_reads_array_elements"),
        RUST_CLIENT: by(f"{RUST}their_client_reads_array_elements"),
        LIB_SERVER: by(f"{OURS}elements"),
        RUST_SERVER: NO_ARRAYS,
    }),
    "read: range of elements": Row("read", {
        LIB_CLIENT: by(f"{THEIRS}ranges"),
        RUST_CLIENT: Lacking("selects one element at a time", api=r"read\(.*(count|range|number_of)"),
        LIB_SERVER: by(f"{OURS}elements"),
        RUST_SERVER: NO_ARRAYS,
    }),
    "read: component of a structure": Row("read", {
        LIB_CLIENT: by(f"{THEIRS}components"),
        RUST_CLIENT: Lacking("selects components of array elements only", shown_by=f"{THEIRS}their_client_selects_no_components"),
        LIB_SERVER: by(f"{OURS}components"),
        RUST_SERVER: Lacking("refuses it", shown_by=f"{OURS}their_server_selects_no_components"),
    }),
    "read: many variables in one PDU": Row("read", mine("many_variables", "many_variables")),
    "read: refusals": Row("read", mine("refused_reads", "refused_reads")),
    # -- write -------------------------------------------------------------------------------------------------------
    "write: every type": Row("write", {
        **mine("every_type_is_written", "every_type_is_written"),
        RUST_CLIENT: by(
            f"{THEIRS}every_type_is_written",
            but=Lacking(
                "writes no bit strings, times and Unicode strings, and every float with 32 bits",
                api=r"write_(bit|time|utc|binary|quality|mms|unicode)",
            ),
        ),
    }),
    "write: refusals": Row(
        "write", twice("their_client_writes_and_is_refused", "our_client_writes_and_is_refused")
    ),
    "write: several variables in one PDU": Row("write", {
        LIB_CLIENT: by(f"{THEIRS}several_written_at_once"),
        RUST_CLIENT: ONE_WRITE,
        LIB_SERVER: by(f"{OURS}several_written_at_once"),
        RUST_SERVER: by(f"{OURS}several_written_at_once"),
    }),
    "write: element, component of an element": Row("write", {
        LIB_CLIENT: by(f"{THEIRS}elements_are_written"),
        RUST_CLIENT: by(f"{THEIRS}elements_are_written"),
        LIB_SERVER: by(f"{OURS}elements_are_written"),
        RUST_SERVER: NO_ARRAYS,
    }),
    "BOOLEAN TRUE as 01 and as FF": Row("write", mine("true_in_both_forms", "true_in_both_forms")),
    # -- data sets ---------------------------------------------------------------------------------------------------
    "data set: directory and values": Row(
        "data sets", twice("their_client_reads_a_data_set", "our_client_reads_a_data_set")
    ),
    "data set: values written": Row("data sets", mine("data_set_is_written", "data_set_is_written")),
    "data set: create, delete, persistent": Row("data sets", {
        **mine("data_sets_come_and_go", "data_sets_come_and_go"),
        RUST_CLIENT: by(
            f"{THEIRS}data_sets_come_and_go",
            but=Lacking(
                "takes the answer 8B 00 (NULL, as ISO 9506 says) for an error, though the set is made; no array elements",
                shown_by=f"{THEIRS}their_client_does_not_understand_null",
            ),
        ),
        RUST_SERVER: by(
            f"{OURS}data_sets_come_and_go",
            but=Lacking("takes single attributes only", shown_by=f"{OURS}their_server_makes_sets_of_leaves_only"),
        ),
    }),
    "data set: create, delete, of the VMD": Row("data sets", {
        LIB_CLIENT: by(f"{THEIRS}data_sets_of_the_vmd"),
        RUST_CLIENT: Lacking(
            "insists on a logical device", shown_by=f"{THEIRS}their_client_makes_data_sets_of_devices_only"
        ),
        LIB_SERVER: by(f"{OURS}data_sets_of_the_vmd"),
        RUST_SERVER: Lacking("refuses them", shown_by=f"{OURS}their_server_has_data_sets_of_devices_only"),
    }),
    "data set: create, delete, of the association": Row("data sets", {
        LIB_CLIENT: by(f"{THEIRS}data_sets_of_the_association"),
        RUST_CLIENT: Lacking(
            "insists on a logical device", shown_by=f"{THEIRS}their_client_makes_data_sets_of_devices_only"
        ),
        LIB_SERVER: by(f"{OURS}data_sets_of_the_association"),
        RUST_SERVER: Lacking("refuses them", shown_by=f"{OURS}their_server_has_data_sets_of_devices_only"),
    }),
    # -- reports -----------------------------------------------------------------------------------------------------
    "URCB: change, quality, integrity, GI": Row("reports", {
        **twice("their_client_gets_reports", "our_client_gets_reports"),
        RUST_SERVER: by(
            f"{RUST}our_client_gets_reports",
            but=Lacking("sends no integrity reports", shown_by=f"{OURS}their_server_sends_no_integrity_reports"),
        ),
    }),
    "URCB: every OptFlds": Row("reports", mine("every_optional_field", "every_optional_field")),
    "URCB: every TrgOps": Row("reports", {
        **mine("every_trigger", "every_trigger"),
        RUST_SERVER: by(
            f"{OURS}every_trigger",
            but=Lacking(
                "neither quality nor time can be updated at run time: no qchg, no dupd; no integrity",
                shown_by=f"{OURS}their_server_sends_no_integrity_reports",
            ),
        ),
    }),
    "URCB: BufTm": Row("reports", mine("buffer_time", "buffer_time")),
    "URCB: RptID and DatSet set by the client": Row("reports", {
        **mine("a_block_is_configured", "a_block_is_configured"),
        RUST_SERVER: by(
            f"{OURS}a_block_is_configured",
            but=Lacking(
                "takes a DatSet and reports the old one",
                shown_by=f"{OURS}their_server_ignores_a_data_set_that_is_written",
            ),
        ),
    }),
    "URCB: somebody else's, and freed when they vanish": Row("reports", {
        LIB_CLIENT: by(
            f"{THEIRS}a_block_of_another_client", f"{LIB}a_block_of_another_client_is_refused_and_freed_by_an_abort"
        ),
        RUST_CLIENT: by(f"{THEIRS}a_block_of_another_client"),
        LIB_SERVER: by(f"{OURS}a_block_of_another_client"),
        RUST_SERVER: by(
            f"{OURS}a_block_of_another_client",
            but=Lacking(
                "never frees the block of a client that vanished",
                shown_by=f"{OURS}their_server_keeps_a_block_for_a_client_that_vanished",
            ),
        ),
    }),
    "reports larger than a PDU": Row("reports", {
        **mine("segmented_reports", "segmented_reports"),
        RUST_SERVER: Lacking(
            "sends a report larger than the PDU agreed on", shown_by=f"{OURS}their_server_ignores_the_pdu_size"
        ),
    }),
    "BRCB: buffered reports, going on behind an EntryID": Row("reports", {
        LIB_CLIENT: by(
            f"{BUFFERED}their_client_gets_what_was_buffered_and_goes_on",
            f"{BUFFERED}their_client_is_refused_an_unknown_entry",
            f"{BUFFERED}their_client_reads_the_block",
        ),
        RUST_CLIENT: by(
            f"{THEIRS}buffered_reports",
            but=Lacking(
                "writes EntryId for EntryID, so it cannot go on behind an entry",
                shown_by=f"{THEIRS}their_client_misspells_entry_id",
            ),
        ),
        LIB_SERVER: by(f"{BUFFERED}our_client_goes_on_at_their_server"),
        RUST_SERVER: NO_BUFFERED,
    }),
    "BRCB: PurgeBuf": Row("reports", {
        LIB_CLIENT: by(f"{BUFFERED}their_client_purges"),
        RUST_CLIENT: by(f"{THEIRS}purge"),
        LIB_SERVER: by(f"{OURS}purge"),
        RUST_SERVER: NO_BUFFERED,
    }),
    # -- control -----------------------------------------------------------------------------------------------------
    "control: direct and SBO, normal and enhanced security": Row("control", controls("operates")),
    "control: SBO, SBOw, Cancel, selection released": Row("control", {
        **controls("selects_and_cancels"),
        LIB_CLIENT: by(f"{CONTROLS}their_client_selects_and_cancels", f"{CONTROLS}their_client_leaves_with_a_selection"),
        RUST_CLIENT: by(f"{CONTROLS}their_client_selects_and_cancels", f"{CONTROLS}their_client_leaves_with_a_selection"),
    }),
    "control: refusals, LastApplError, AddCause": Row("control", {
        **controls("is_refused"),
        RUST_CLIENT: by(f"{CONTROLS}their_client_is_refused", but=ONLY_AT_THE_END),
        RUST_SERVER: by(f"{CONTROLS}our_client_is_refused", but=BEHIND_THE_ANSWER),
    }),
    "control: CommandTermination-": Row("control", {
        **controls("is_refused"),
        LIB_SERVER: by(f"{CONTROLS}our_client_learns_of_a_failure"),
        RUST_SERVER: by(f"{CONTROLS}our_client_learns_of_a_failure"),
    }),
    "control: Test, Check, originator": Row("control", {
        **controls("sends_a_test"),
        LIB_SERVER: by(f"{CONTROLS}our_client_sends_a_test", f"{CONTROLS}our_client_operates"),
        RUST_SERVER: by(f"{CONTROLS}our_client_sends_a_test", f"{CONTROLS}our_client_operates"),
    }),
    "control: operTm": Row("control", {
        LIB_CLIENT: by(f"{CONTROLS}their_client_gives_a_time"),
        RUST_CLIENT: Lacking("has no operTm", shown_by=f"{CONTROLS}the_client_of_iec61850_gives_no_time"),
        LIB_SERVER: by(f"{CONTROLS}our_client_gives_a_time"),
        RUST_SERVER: Lacking("takes it and operates at once", shown_by=f"{CONTROLS}their_server_has_no_time"),
    }),
    "control: values of the other CDCs": Row("control", {
        LIB_CLIENT: by(f"{CONTROLS}their_client_operates_every_cdc"),
        RUST_CLIENT: by(f"{CONTROLS}their_client_operates_every_cdc", but=NO_STEPS),
        LIB_SERVER: by(f"{CONTROLS}our_client_operates_every_cdc"),
        RUST_SERVER: by(f"{CONTROLS}our_client_operates_integers"),
    }),
    # -- setting groups and logs -------------------------------------------------------------------------------------
    "setting groups: select, edit, confirm": Row("settings and logs", {
        LIB_CLIENT: by(f"{KEPT}their_client_edits_settings"),
        RUST_CLIENT: by(f"{KEPT}their_client_edits_settings"),
        LIB_SERVER: by(f"{KEPT}our_client_edits_settings"),
        RUST_SERVER: by(
            f"{KEPT}our_client_edits_settings_of_iec61850",
            but=Lacking(
                "has no values of the active group: a name has one constraint", shown_by=f"{KEPT}our_client_edits_settings_of_iec61850"
            ),
        ),
    }),
    "setting groups: a competing client, one that vanishes": Row("settings and logs", {
        LIB_CLIENT: by(f"{KEPT}their_client_competes_and_vanishes"),
        RUST_CLIENT: by(f"{KEPT}their_client_competes_and_vanishes"),
        LIB_SERVER: by(f"{KEPT}our_client_competes_for_settings"),
        RUST_SERVER: by(f"{KEPT}our_client_competes_for_settings_of_iec61850"),
    }),
    "logs: by time, behind an entry, in parts": Row("settings and logs", {
        LIB_CLIENT: by(f"{KEPT}their_client_reads_a_log", f"{KEPT}their_client_gets_a_long_log_in_parts"),
        RUST_CLIENT: by(f"{KEPT}their_client_reads_a_log", f"{KEPT}their_client_gets_a_long_log_in_parts"),
        LIB_SERVER: by(f"{KEPT}our_client_reads_a_log"),
        RUST_SERVER: by(
            f"{KEPT}our_client_reads_a_log_of_iec61850",
            but=Lacking("sends reasons in the wrong bit", shown_by=f"{KEPT}our_client_reads_a_log_of_iec61850"),
        ),
    }),
    "logs: names, control block": Row("settings and logs", {
        LIB_CLIENT: by(f"{KEPT}their_client_finds_logs"),
        RUST_CLIENT: by(f"{KEPT}their_client_finds_logs"),
        LIB_SERVER: by(f"{KEPT}our_client_reads_a_log"),
        RUST_SERVER: Lacking(
            "names no journal; its block has no type and no value", shown_by=f"{KEPT}our_client_reads_a_log_of_iec61850"
        ),
    }),
    # -- files -------------------------------------------------------------------------------------------------------
    "files: directory": Row("files", {
        LIB_CLIENT: by(f"{FILES}their_client_lists", f"{FILES}their_client_lists_two_thousand_files"),
        RUST_CLIENT: NO_FILES,
        LIB_SERVER: by(f"{FILES}our_client_lists", f"{FILES}our_client_lists_many"),
        RUST_SERVER: NO_FILE_SERVER,
    }),
    "files: open, read, close": Row("files", {
        LIB_CLIENT: by(f"{FILES}their_client_fetches", f"{FILES}their_client_leaves_with_a_file_open"),
        RUST_CLIENT: NO_FILES,
        LIB_SERVER: by(
            f"{FILES}our_client_fetches",
            but=Lacking(
                "reads from the start whatever the position",
                shown_by=f"{FILES}their_server_counts_from_a_position_and_reads_from_the_start",
            ),
        ),
        RUST_SERVER: NO_FILE_SERVER,
    }),
    "files: obtainFile (SetFile)": Row("files", {
        LIB_CLIENT: by(f"{FILES}their_client_sets"),
        RUST_CLIENT: NO_FILES,
        LIB_SERVER: by(f"{FILES}our_client_sets_and_deletes"),
        RUST_SERVER: NO_FILE_SERVER,
    }),
    "files: delete": Row("files", {
        LIB_CLIENT: by(f"{FILES}their_client_deletes_and_renames"),
        RUST_CLIENT: NO_FILES,
        LIB_SERVER: by(f"{FILES}our_client_sets_and_deletes"),
        RUST_SERVER: NO_FILE_SERVER,
    }),
    "files: rename": Row("files", {
        LIB_CLIENT: by(f"{FILES}their_client_deletes_and_renames"),
        RUST_CLIENT: NO_FILES,
        LIB_SERVER: Lacking("rejects it as unrecognised", shown_by=f"{FILES}their_server_does_not_rename"),
        RUST_SERVER: NO_FILE_SERVER,
    }),
}  # fmt: skip
"""Service → row; setting groups, logs and TLS are not here."""
