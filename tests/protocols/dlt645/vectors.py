"""Real DL/T 645-2007 frames with what they mean and where they were found.

Collected from public repositories (the last column; facts, not code); all checksums were verified when collected. The
columns were cut from the hex by a script that shares no code with meterwire and compared with the collectors' words on
address and item. Values: t022, t063, t065 as the sources tell them, the others read off the BCD by hand.
"""

from typing import NamedTuple


class Vector(NamedTuple):
    name: str
    hex: str
    address: str
    control: int
    data: str  # the data field with 33H taken off
    di: str | None
    values: tuple[tuple[str, str], ...]  # item and value of each reading, for answers
    origin: str

    @property
    def wire(self) -> bytes:
        return bytes.fromhex(self.hex)


# fmt: off
VECTORS: tuple[Vector, ...] = (
    Vector("t001", "684310001134006811043533B335CD16",
           "003411001043", 0x11, "02008002", "02800002", (),
           "johngai19/dlt645Driver:test/dltdriver_test.js#L65"),
    Vector("t005", "688888888888886814150E12123735333333373635343435120EBBBBBBBB34DF16",
           "888888888888", 0x14, "DBDFDF0402000000040302010102DFDB8888888801", "04DFDFDB", (),
           "float12/WorkProjectsSVN:485-4g-only-up/program/wsd_folder/wsd_dlt645.c#L459"),
    Vector("t006", "6801004423520068911833323433BC3633333333333333333333BC363333333333331316",
           "005223440001", 0x91, "00FF01008903000000000000000000008903000000000000", "0001FF00", (("00010000", "3.89"), ("00010100", "0.00"), ("00010200", "0.00"), ("00010300", "3.89"), ("00010400", "0.00")),
           "themeyic/go-dlt645:dlt645client.go#L98"),
    Vector("t007", "6803000000000068910733343435333333D416",
           "000000000003", 0x91, "00010102000000", "02010100", (("02010100", "0.0"),),
           "WKJay/DLT645:issue 5"),
    Vector("t010", "68AAAAAAAAAAAA6814123437333733333333333333333433333333339216",
           "AAAAAAAAAAAA", 0x14, "010400040000000000000000010000000000", "04000401", (),
           "qiujianhong/task_1020:.svn/pristine/0e/0e79c474c2636ff5c45ad7dfd899795f0fea38d3.svn-base#L2194"),
    Vector("t011", "682064313203006893065397646536336F16",
           "000332316420", 0x93, "206431320300", None, (("04000401", "000332316420"),),
           "bugcodesite/lwt.dl.protocol.dlt645:dlt645/java/src/org/lwt/dl/protocol/dlt645/Dlt645.java#L223"),
    Vector("t013", "68020011112420681104333333331916",
           "202411110002", 0x11, "00000000", "00000000", (),
           "ty-hongjy/dl645:dlt645-2007/2007-test.ts#L22"),
    Vector("t014", "68030000000000681C1036333333453333334D333333333434CCF916",
           "000000000003", 0x1C, "03000000120000001A00000000010199", None, (),
           "Charity-Vance/Leetcode:pro/D(T)DSY(U)666-2021V111801/.history/SourceFiles/APP/AppDLT645_20211117093054.c#L1970"),
    Vector("t015", "68AAAAAAAAAAAA68110433343435B116",
           "AAAAAAAAAAAA", 0x11, "00010102", "02010100", (),
           "WKJay/DLT645:readme.md#L455"),
    Vector("t016", "68010000000000689109333334336A593333349516",
           "000000000001", 0x91, "000001003726000001", "00010000", (("00010000", "26.37"),),
           "hupengwu/Fox-Edge-Server:fox-edge-server-protocol/fox-edge-server-protocol-dlt645-2007/src/test/java/cn.foxtech.device.protocol.v1.test/TestUtils07.java#L23"),
    Vector("t017", "680200310822206811043255B335D116",
           "202208310002", 0x11, "FF228002", "028022FF", (),
           "fdxxw/go-dlt645:dlt645client_test.go#L76"),
    Vector("t018", "68431000113400681104333434354D16",
           "003411001043", 0x11, "00010102", "02010100", (),
           "johngai19/dlt645Driver:src/dltparser.js#L83"),
    Vector("t021", "6843100011340068D101316B16",
           "003411001043", 0xD1, "FE", None, (),
           "johngai19/dlt645Driver:test/dltparser_test.js#L72"),
    Vector("t022", "6837030092813968910833333433373333338C16",
           "398192000337", 0x91, "0000010004000000", "00010000", (("00010000", "0.04"),),
           "public code index:22453226609 (Java (repository name not disclosed by the index))"),
    Vector("t023", "68020011112420681104333634351F16",
           "202411110002", 0x11, "00030102", "02010300", (),
           "ty-hongjy/dl645:dlt645-2007/2007-test.ts#L20"),
    Vector("t024", "6816000000152068110433333434FE16",
           "201500000016", 0x11, "00000101", "01010000", (),
           "public code index:43831992071 (python script (repository name not disclosed by the index))"),
    Vector("t028", "68AAAAAAAAAAAA6811080E1212370E3B120EB716",
           "AAAAAAAAAAAA", 0x11, "DBDFDF04DB08DFDB", "04DFDFDB", (),
           "float12/WorkProjectsSVN:485-4g-only-up/program/wsd_folder/wsd_dlt645.c#L489"),
    Vector("t031", "6860640209220468910A333234354756333333339716",
           "042209026460", 0x91, "00FF0102142300000000", "0201FF00", (("02010100", "231.4"), ("02010200", "0.0"), ("02010300", "0.0")),
           "sandxin/dlt645:README.md#L10"),
    Vector("t032", "6888888888888868110433333433E216",
           "888888888888", 0x11, "00000100", "00010000", (),
           "float12/WorkProjectsSVN:485-4g-only-up/program/wsd_folder/wsd_dlt645.c#L1198"),
    Vector("t033", "68017200720000681104333534359B16",
           "000072007201", 0x11, "00020102", "02010200", (),
           "Jayla630/Dlt645Master:docs/assets/dlt645master-demo.svg#L99"),
    Vector("t035", "68FFFFFFFFFFFF68140D3433FF37353333334444444444AA16",
           "FFFFFFFFFFFF", 0x14, "0100CC04020000001111111111", "04CC0001", (),
           "icprog/dlt698.45:cjdeal/read485.c#L5254"),
    Vector("t039", "689999999999996800006616",
           "999999999999", 0x00, "", None, (),
           "KTS-Intek/DLT645:test-exchange-dlt645-97.log#L200"),
    Vector("t041", "686940171012006893069C734A4345335F16",
           "001210174069", 0x93, "694017101200", None, (("04000401", "001210174069"),),
           "aixiwang/python_dlt645:read_dlt645.py#L260"),
    Vector("t042", "680100120119206817013B7016",
           "201901120001", 0x17, "08", None, (),
           "greensea/dlt645:src/dlt645.c#L178"),
    Vector("t043", "68111111111111681104333333331716",
           "111111111111", 0x11, "00000000", "00000000", (),
           "outlookhazy/SyntropicOS:tests/unit/test_dlt645.c#L159"),
    Vector("t048", "68AAAAAAAAAAAA6894006016",
           "AAAAAAAAAAAA", 0x94, "", None, (),
           "float12/WorkProjectsSVN:485-4g-only-up/program/wsd_folder/wsd_tcp.c#L102"),
    Vector("t052", "68AAAAAAAAAAAA68142E3335D537336C85893333333334335533553355333358333358333358333333883333338833333388334333433343C616",
           "AAAAAAAAAAAA", 0x14, "0002A204003952560000000001002200220022000025000025000025000000550000005500000055001000100010", "04A20200", (),
           "sulfurandcu/dlt645-tool:code/Model/DLT645CoreModel.cs#L614"),
    Vector("t053", "680100000000006891093333343345333333344A16",
           "000000000001", 0x91, "000001001200000001", "00010000", (("00010000", "0.12"),),
           "hupengwu/Fox-Edge-Server:fox-edge-server-protocol/fox-edge-server-protocol-dlt645-2007/src/test/java/cn.foxtech.device.protocol.v1.test/TestUtils07.java#L60"),
    Vector("t059", "68AAAAAAAAAAAA68110433333433AE16",
           "AAAAAAAAAAAA", 0x11, "00000100", "00010000", (),
           "Jayla630/Dlt645Master:tests/Dlt645Master.Transport.Tests/Dlt645MeterSlaveTests.cs#L21"),
    Vector("t060", "68999999999999681204000100007D16",
           "999999999999", 0x12, "CDCECDCD", "CDCDCECD", (),
           "KTS-Intek/DLT645:test-exchange-dlt645-97.log#L168"),
    Vector("t061", "68160000001520681104333434350016",
           "201500000016", 0x11, "00010102", "02010100", (),
           "public code index:43831992071 (python script (repository name not disclosed by the index))"),
    Vector("t063", "680172007200006891083333343333333333E716",
           "000072007201", 0x91, "0000010000000000", "00010000", (("00010000", "0.00"),),
           "Jayla630/Dlt645Master:tests/Dlt645Master.Transport.Tests/Dlt645MeterSlaveTests.cs#L26"),
    Vector("t065", "68020000000099689108333334333AB454334616",
           "990000000002", 0x91, "0000010007812100", "00010000", (("00010000", "2181.07"),),
           "qiujianhong/task_1020:.svn/pristine/01/01e9bb89281555dc8cd94934e552951400affec8.svn-base#L2805"),
    Vector("t066", "6801000000000068110433333433B316",
           "000000000001", 0x11, "00000100", "00010000", (),
           "public code index:61942630148 (Go rulego test (repository name not disclosed by the index))"),
    Vector("t070", "68020011112420681104333534351E16",
           "202411110002", 0x11, "00020102", "02010200", (),
           "ty-hongjy/dl645:dlt645-2007/2007-test.ts#L19"),
    Vector("t071", "680000000000226811043F343337E416",
           "220000000000", 0x11, "0C010004", "0400010C", (),
           "coyool/XXOO_000:Embedded_Pi/source_code/shield/RF/CC1101/CC1101.c#L704"),
)
# fmt: on
