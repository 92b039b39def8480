"""COTP TPDU sizes 7..13 (128 to 8192 octets) proposed to our server: confirmed, and kept in both directions."""

import asyncio

import pytest
from ours import OurServer, home
from pairings import judge, said, tpkts
from recorder import Recorder

from meterwire.protocols.mms import Initiator
from meterwire.protocols.mms.pdu import confirmed_request, decode_pdu
from meterwire.protocols.mms.services import NameListRequest, ObjectClass, decode_name_list_response, name_list_request
from meterwire.protocols.osi import Data, association


@pytest.mark.parametrize("code", range(7, 14))
def test_every_size(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name list as long as a PDU, cut into TPDUs of the size proposed, and none is larger."""
    monkeypatch.setattr(association, "CLIENT_SIZE_CODE", code)

    async def names(port: int, domain: str) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        client = Initiator()
        client.connect()
        found = 0
        try:
            async with asyncio.timeout(20):
                while not found:
                    writer.write(client.osi.take_output())
                    for event in client.osi.receive(await reader.read(65536)):
                        if isinstance(event, Data):
                            found = len(decode_name_list_response(decode_pdu(event.pdu)).names)
                        else:
                            client.osi.send(
                                confirmed_request(
                                    1, name_list_request(NameListRequest(ObjectClass.NAMED_VARIABLE, domain))
                                )
                            )
                client.osi.release()
                writer.write(client.osi.take_output())
                await reader.read(65536)
        finally:
            writer.close()
        return found

    with OurServer(home()) as server, Recorder(server.port) as recorder:
        domain = next(iter(server.ied.children))
        assert asyncio.run(names(recorder.port, domain)) > 100
        heard = tpkts(said(recorder, by_server=True))
        assert heard[0][heard[0].index(b"\xc0\x01") + 2] == code
        data = [tpkt[4:] for tpkt in heard if tpkt[5] == 0xF0]
        assert max(map(len, data)) <= 1 << code
        assert code > 12 or max(map(len, data)) == 1 << code
        judge(recorder)
