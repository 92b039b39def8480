"""Foreign clients substitute on our server, and read what service tracking keeps of it; tshark judges what was said."""

import time
from pathlib import Path
from typing import Any

import pytest
from pairings import Talk, heard, is_rust
from peer import Peer, PeerUnsupportedError

from meterwire.scl import load_ied

from ..acsi.behaving import CHILD, ROOT, tracked_ied

IND, HZ, POS, LTRK = f"{ROOT}/GGIO1.Ind1", f"{ROOT}/MMXU1.Hz", f"{CHILD}/XSWI1.Pos", f"{ROOT}/LTRK1"
SUBSTITUTED, INACCURATE = "0000000000100", "0000000010000"
"""Quality, bit 0 first."""
BRCB = f"{ROOT}/LLN0.BR.brcbTrk01"
SET_DATA_VALUES, SET_BRCB_VALUES, CREATE_DATA_SET = 8, 24, 13


@pytest.fixture(params=["libiec61850_client", "iec61850_client"])
def client(request: pytest.FixtureRequest) -> Peer:
    peer: Peer = request.getfixturevalue(request.param)
    return peer


def write(client: Peer, ref: str, value: Any, fc: str = "SV") -> None:
    assert client("write", ref=ref, fc=fc, value=value)["accepted"], ref


def write_bits(client: Peer, ref: str, value: str) -> str:
    """Write a bit string; iec61850 0.14.0 cannot, and what was there (nothing) stays."""
    if is_rust(client):
        with pytest.raises(PeerUnsupportedError, match="no write of bit-string"):
            client("write", ref=ref, fc="SV", value=value)
        return "0" * len(value)
    write(client, ref, value)
    return value


def read(client: Peer, ref: str, fc: str) -> Any:
    return client("read", ref=ref, fc=fc)["value"]


def tracked(client: Peer, name: str) -> tuple[Any, ...]:
    """What stands in a tracking object, read member by member."""
    members = ("serviceType", "objRef", "errorCode")
    return tuple(read(client, f"{LTRK}.{name}.{member}", "SR") for member in members)


def substitute(client: Peer) -> str:
    """Ind1 is true; the quality that must be seen with it."""
    write(client, f"{IND}.subVal", True)
    quality = write_bits(client, f"{IND}.subQ", INACCURATE)
    write(client, f"{IND}.subID", "them")
    write(client, f"{IND}.subEna", True)
    return f"{int(SUBSTITUTED, 2) | int(quality, 2):013b}"


def until(condition: Any) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_their_client_substitutes_and_releases(client: Peer) -> None:
    with heard(client, tracked_ied()) as talk:
        quality = substitute(client)
        assert read(client, f"{IND}.stVal", "ST") is True
        assert read(client, f"{IND}.q", "ST") == quality
        assert read(client, f"{IND}.subID", "SV") == "them"
        write(client, f"{HZ}.subMag.f", 49.5)
        write(client, f"{HZ}.subEna", True)
        assert (read(client, f"{HZ}.mag.f", "MX"), read(client, f"{HZ}.instMag.f", "MX")) == (49.5, 49.5)
        talk.server.set(f"{HZ}.mag.f", 50.25)
        assert read(client, f"{HZ}.mag.f", "MX") == 49.5
        position = write_bits(client, f"{POS}.subVal", "10")
        write(client, f"{POS}.subEna", True)
        assert read(client, f"{POS}.stVal", "ST") == position
        for reference in (IND, HZ, POS):
            write(client, f"{reference}.subEna", False)
        assert read(client, f"{IND}.stVal", "ST") is False
        assert read(client, f"{HZ}.mag.f", "MX") == 50.25
        assert read(client, f"{IND}.q", "ST") == "0" * 13


def gone(client: Peer, talk: Talk, how: str) -> None:
    client(how)
    until(lambda: not talk.server.server.associations)


@pytest.mark.parametrize("how", ["release", "abort"])
def test_their_substitution_ends_with_their_client(client: Peer, how: str) -> None:
    with heard(client, tracked_ied()) as talk:
        substitute(client)
        assert talk.value(f"{IND}.stVal") is True
        gone(client, talk, how)
        assert (talk.value(f"{IND}.stVal"), talk.value(f"{IND}.subEna"), talk.value(f"{IND}.subID")) == (
            False,
            False,
            "",
        )


def test_their_client_reads_what_it_did_from_ltrk(client: Peer) -> None:
    with heard(client, tracked_ied()):
        write(client, f"{IND}.subVal", True)
        assert tracked(client, "GenTrk") == (SET_DATA_VALUES, f"{IND}.subVal", 0)
        block = f"{ROOT}/LLN0.brcb01"
        write(client, f"{block}.BufTm", 200, fc="BR")
        assert tracked(client, "BrcbTrk") == (SET_BRCB_VALUES, block, 0)
        assert read(client, f"{LTRK}.BrcbTrk.bufTm", "SR") == 200
        assert not client("write", ref=f"{block}.SqNum", fc="BR", value=7)["accepted"]
        assert tracked(client, "BrcbTrk") == (SET_BRCB_VALUES, block, 3)


def test_their_client_gets_tracking_reported_by_a_brcb(libiec61850_client: Peer) -> None:
    client = libiec61850_client
    with heard(client, tracked_ied()):
        client("enable", rcb=BRCB, reserve=False)
        write(client, f"{HZ}.subMag.f", 1.5)
        told = ""
        while told != f"{HZ}.subMag.f":  # first what became of the block itself
            (entry,) = client.event("report")["entries"]
            told = entry["value"]["objRef"] if isinstance(entry["value"], dict) else entry["value"][0]


# -- models of others ------------------------------------------------------------------------------------------------

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "scl"
LTRK_FILE = CORPUS / "mz-automation__libiec61850__examples__server_example_service_tracking__simpleIO_ltrk_tests.icd"


@pytest.mark.skipif(not LTRK_FILE.exists(), reason="no ../shared/corpus/scl here")
def test_the_model_of_their_own_tracking_example_is_tracked(client: Peer) -> None:
    """Its LTRK comes from an SCL file: types of its own, without the optional attributes of ours."""
    with heard(client, load_ied(LTRK_FILE)):
        block = "simpleIOGenericIO/LLN0.EventsRCB01"
        write(client, f"{block}.BufTm", 77, fc="RP")
        node = "simpleIOGenericIO/LTRK1.UrcbTrk"
        told = [read(client, f"{node}.{name}", "SR") for name in ("objRef", "serviceType", "errorCode", "bufTm")]
        assert told == [block, 26, 0, 77]
