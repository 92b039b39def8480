"""Walking a server whose logical nodes are too large for one answer."""

import asyncio

import pytest

from meterwire.client import connect
from meterwire.errors import ServiceError
from meterwire.models import DataAttribute, DataObject, Ied, LogicalDevice, LogicalNode, basic_type
from meterwire.protocols.mms import Initiate
from meterwire.server import MmsServer


def model(objects: int, size: int = 4) -> Ied:
    """One node: ``objects`` data objects under MX, of ``size`` attributes each, and one under ST."""
    node = LogicalNode("GGIO", "1").add(DataObject("Beh", "ENS").add(DataAttribute("stVal", "ST", basic_type("INT32"))))
    for i in range(objects):
        leaves = (DataAttribute(f"attribute{j}", "MX", basic_type("INT32")) for j in range(size))
        node.add(DataObject(f"AnIn{objects - i}", "X").add(*leaves))
    return Ied("X").add(LogicalDevice("XLD", "LD").add(node))


@pytest.mark.parametrize("objects", [1, 5, 40])
def test_whatever_does_not_fit_is_asked_for_in_parts(objects: int) -> None:
    """With 1 everything fits into 512 octets, with 5 the constraints do, with 40 only the data objects."""

    async def body() -> None:
        async with (
            MmsServer(model(objects), port=0) as server,
            connect(server.url, wanted=Initiate(max_pdu=512)) as client,
        ):
            walked = [(str(reference), spec.names) async for reference, spec in client.walk("XLD")]
            assert ("XLD/GGIO1.Beh [ST]", ("stVal",)) in walked
            names = tuple(f"attribute{j}" for j in range(4))
            assert {item for item in walked if item[1] == names} == {
                (f"XLD/GGIO1.AnIn{i + 1} [MX]", names) for i in range(objects)
            }
            assert len(walked) == objects + 1

    asyncio.run(body())


def test_a_data_object_that_does_not_fit_is_an_error() -> None:
    async def body() -> None:
        async with (
            MmsServer(model(1, 60), port=0) as server,
            connect(server.url, wanted=Initiate(max_pdu=512)) as client,
        ):
            with pytest.raises(ServiceError):
                [item async for item in client.walk("XLD")]

    asyncio.run(body())
