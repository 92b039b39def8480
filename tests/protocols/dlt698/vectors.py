"""Real DL/T 698.45 frames and APDUs, with what they mean and where they were found.

Facts out of public repositories (the last column); checks were verified when collected. The meaning was read off the octets
by hand, by the ASN.1 of another project, not by this package.
"""

from typing import NamedTuple


class Vector(NamedTuple):
    name: str
    hex: str
    control: int
    address: str
    client: int
    meaning: str  # repr of the APDU
    origin: str

    @property
    def wire(self) -> bytes:
        return bytes.fromhex(self.hex)


# fmt: off
FRAMES: tuple[Vector, ...] = (
    Vector("t001", "68170043050000000000000072790501004100020000121416",
           0x43, "000000000000", 0, "GetRequestNormal(piid=0, oad=OAD('41000200'))",
           "600888/dlt698:website/docs/guide/demand.md"),
    Vector("t003", "682400C30500000000000000D9D0850100200D020001010310014010007D100000000086B616",
           0xC3, "000000000000", 0,
           "GetResponseNormal(piid=0, result=ResultNormal(oad=OAD('200D0200'), value=Array([Long(320), Long(125), Long(0)])))",
           "600888/dlt698:website/docs/guide/harmonics.md"),
    Vector("t004", "682800C3050000000000000026328501001010020101020206000030391C07EA0A050C1E00000062D316",
           0xC3, "000000000000", 0,
           "GetResponseNormal(piid=0, result=ResultNormal(oad=OAD('10100201'), value=Structure([DoubleLongUnsigned(12345), "
           "DateTimeS.fromhex('07ea0a050c1e00')])))",
           "600888/dlt698:website/docs/guide/demand.md"),
    Vector("t008", "683A00430501000000000010C2A3090708F20102010302080100000A000A19681700430522222222222210C1D6050107001002000004011600C47516",
           0x43, "000000000001", 0x10,
           "ProxyTransCommandRequest(piid=8, oad=OAD('F2010201'), port=COMDCB(baud=3, parity=2, data_bits=8, stop_bits=1, "
           "flow_control=0), frame_timeout=10, byte_timeout=10, command="
           f"{bytes.fromhex('681700430522222222222210c1d60501070010020000040116')!r})",
           "a firmware comment in a public code index"),
    Vector("t012 wildcard", "6817004345AAAAAAAAAAAA10DA5F0501014001020000C60716",
           0x43, "AAAAAAAAAAAA", 0x10, "GetRequestNormal(piid=1, oad=OAD('40010200'))",
           "a test case with DLT69845Adapter in a public code index"),
    Vector("t026", "682100C30510000000000010557E850141400102000109060000000000100000DDBA16",
           0xC3, "000000000010", 0x10,
           "GetResponseNormal(piid=65, result=ResultNormal(oad=OAD('40010200'), value=b'\\x00\\x00\\x00\\x00\\x00\\x10'))",
           "a Go test in a public code index"),
    Vector("t058", "68520043052419100007660045DD050304601203000707E20B1A00000007E20B1B0000000300010301070566070010192405004001020000604002000060410200006042020001500402000100100200001CF216",
           0x43, "660700101924", 0,
           "GetRequestRecord(piid=4, record=GetRecord(oad=OAD('60120300'), rsd=Selector7(start=DateTimeS.fromhex('07e20b1a000000'), "
           "end=DateTimeS.fromhex('07e20b1b000000'), interval=TI(unit=3, interval=1), "
           "meters=UserAddresses(addresses=(TSA.fromhex('05660700101924'),))), rcsd=RCSD([OAD('40010200'), OAD('60400200'), "
           "OAD('60410200'), OAD('60420200'), ROAD(oad=OAD('50040200'), related=(OAD('00100200'),))])))",
           "qinling0918/FrameMessageParser:src/com/sgcc/pda/framelibrary/utils/StringToHex.java#L331"),
    Vector("t107", "683300C305000000000000007A01850200032000020001010312096D12096E12096F201402000004200F02000112138800001F8116",
           0xC3, "000000000000", 0,
           "GetResponseNormalList(piid=0, results=(ResultNormal(oad=OAD('20000200'), value=Array([LongUnsigned(2413), "
           "LongUnsigned(2414), LongUnsigned(2415)])), ResultNormal(oad=OAD('20140200'), value=DAR(4)), "
           "ResultNormal(oad=OAD('200F0200'), value=LongUnsigned(5000))))",
           "600888/dlt698:website/docs/guide/batch-read.md"),
    Vector("t033", "683F00C3050000000000000085E38503003100020003002022020000201E02000020200200010106000000011C07EA0A060900001C07EA0A0609000500003C8C16",
           0xC3, "000000000000", 0,
           "GetResponseRecord(piid=0, result=ResultRecord(oad=OAD('31000200'), rcsd=RCSD([OAD('20220200'), OAD('201E0200'), "
           "OAD('20200200')]), rows=((DoubleLongUnsigned(1), DateTimeS.fromhex('07ea0a06090000'), "
           "DateTimeS.fromhex('07ea0a06090005')),)))",
           "600888/dlt698:website/docs/guide/events.md"),
    Vector("t024", "681C00430501000000000000BEA40701025004050051200002000077B016",
           0x43, "000000000001", 0,
           "ActionRequestNormal(piid=2, omd=OMD('50040500'), data=OAD('20000200'))",
           "a capture in a public code index"),
)

APDUS: tuple[tuple[str, str, str], ...] = (
    ("follow report", "85014220000200011200DC01010120010200000400",
     ("GetResponseNormal(piid=66, result=ResultNormal(oad=OAD('20000200'), value=LongUnsigned(220)), "
     "follow_report=ResultNormals(results=(ResultNormal(oad=OAD('20010200'), value=DAR(4)),)))")),
    ("time tag", "03010107E0051308050000001E",
     "ReleaseRequest(piid=1, time_tag=TimeTag(sent=DateTimeS.fromhex('07e00513080500'), allowed=TI(unit=0, interval=30)))"),
    ("set then get", "060304014500020C1201684500020C0300",
     ("SetThenGetRequestNormalList(piid=4, items=(SetThenGet(oad=OAD('4500020C'), data=LongUnsigned(360), "
     "get_oad=OAD('4500020C'), delay=3),))")),
    ("null returned", "8905020102000101001001000001000000",
     ("ProxyActionResponseList(piid=2, results=(ProxyActionResults(tsa=TSA.fromhex('0001'), "
     "results=(ActionResult(omd=OMD('00100100'), dar=DAR(0), data=NULL),)),))")),
    ("nothing returned", "8701002000010003000000",
     "ActionResponseNormal(piid=0, omd=OMD('20000100'), dar=DAR(3), data=None)"),
    ("MD5", "850601400102000110D41D8CD98F00B204E9800998ECF8427E0000",
     f"GetResponseMD5(piid=1, oad=OAD('40010200'), result={bytes.fromhex('d41d8cd98f00b204e9800998ecf8427e')!r})"),
    ("security", "1000020500000000000101AA01BB",
     "SecurityRequest(content=PlainText.fromhex('0500'), check=SidMac(sid=SID(identifier=1, data=b'\\xaa'), mac=MAC.fromhex('bb')))"),
    ("transparent report", "880302F20102000201AA02BBCC0000",
     "ReportNotificationTransData(piid=2, oad=OAD('F2010200'), data=(b'\\xaa', b'\\xbb\\xcc'))"),
)
"""From 600888/dlt698:cpp/tests/protocol/apdu/advanced_test.cpp, the third from annex D of the standard."""
