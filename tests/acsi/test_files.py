"""Names of files, and the engine over a store in memory: positions, limits, who may touch what."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meterwire.acsi.files import (
    MAX_FILE_NAME,
    FileCode,
    FileEngine,
    FileLimits,
    file_name,
    folder_name,
)
from meterwire.errors import FileServiceError, ServiceError
from meterwire.protocols.mms.files import FileEntry, FilePart

# as a client writes it, as the store sees it
GOOD = [
    ("a.txt", "a.txt"),
    ("/a.txt", "a.txt"),
    ("\\a.txt", "a.txt"),
    ("COMTRADE\\2026\\a.cfg", "COMTRADE/2026/a.cfg"),
    ("COMTRADE/2026/a.cfg", "COMTRADE/2026/a.cfg"),
    ("..a", "..a"),
    ("a..b", "a..b"),
    (".hidden", ".hidden"),
    ("电能/表.csv", "电能/表.csv"),
    ("CONSOLE.txt", "CONSOLE.txt"),
    ("n" * MAX_FILE_NAME, "n" * MAX_FILE_NAME),
    ("/".join("abcdefghijklmnop"), "/".join("abcdefghijklmnop")),
]
BAD = [
    ("", "nothing"),
    ("/", "the root is no file"),
    (".", "the root is no file"),
    ("..", "above"),
    ("../a", "above"),
    ("..\\a", "above"),
    ("a/../../b", "above"),
    ("a/..", "above"),
    ("a/./b", "a dot"),
    ("a//b", "an empty part"),
    ("//host/a", "a share of another machine"),
    ("\\\\host\\a", "a share of another machine"),
    ("a/", "a folder"),
    ("C:\\a", "a drive"),
    ("c:a", "a drive"),
    ("a:stream", "a stream"),
    ("a\0b", "NUL"),
    ("a\nb", "a line break"),
    ("a\x7f", "DEL"),
    ("CON", "a device"),
    ("sub/nul.txt", "a device"),
    ("Com1", "a device"),
    ("LPT9.log", "a device"),
    ("con .txt", "a device"),
    ("a.", "a dot that another system drops"),
    ("a ", "a blank that another system drops"),
    ("a*", "a pattern"),
    ("a?", "a pattern"),
    (".meterwire-0123", "a file that is not complete"),
    ("\udcff", "no UTF-8"),
    ("n" * (MAX_FILE_NAME + 1), "too long"),
    ("表" * 86, "too long in octets"),
    ("n" * 4096, "A48"),
    ("/".join("abcdefghijklmnopq"), "too deep"),
]


@pytest.mark.parametrize(("name", "plain"), GOOD)
def test_names(name: str, plain: str) -> None:
    assert file_name(name) == plain
    assert folder_name(name) == plain
    assert folder_name(name + "/" if len(name) < MAX_FILE_NAME else name) == plain


@pytest.mark.parametrize(("name", "reason"), BAD)
def test_names_that_are_refused(name: str, reason: str) -> None:
    with pytest.raises(FileServiceError) as refused:
        pytest.fail(f"{reason}: {file_name(name)}")
    assert refused.value.code == FileCode.SYNTAX
    assert len(refused.value.name) <= MAX_FILE_NAME


@pytest.mark.parametrize("name", ["", "/", "\\", "."])
def test_the_root_has_four_names(name: str) -> None:
    assert folder_name(name) == ""


NASTY = st.text(st.sampled_from("a.:/\\ \0*~") | st.characters(), max_size=30)


@given(NASTY)
def test_a_name_is_below_the_root_or_refused(name: str) -> None:
    try:
        plain = file_name(name)
    except FileServiceError:
        return
    parts = plain.split("/")
    assert all(part not in ("", ".", "..") for part in parts)
    assert not set("\\:\0") & set(plain)
    assert file_name(plain) == plain


# -- the engine ----------------------------------------------------------------------------


class Memory:
    """A store of octets."""

    def __init__(self, **files: bytes) -> None:
        self.files = files
        self.open_now = 0

    def list(self, folder: str, after: str = "") -> Iterator[FileEntry]:
        return (FileEntry(name, len(data)) for name, data in sorted(self.files.items()) if name > after)

    def open(self, name: str) -> "Source":
        if name not in self.files:
            raise FileServiceError(FileCode.NON_EXISTENT, name)
        self.open_now += 1
        return Source(self, name)

    def create(self, name: str) -> "Sink":
        return Sink(self, name)

    def delete(self, name: str) -> None:
        del self.files[name]

    def rename(self, old: str, new: str) -> None:
        self.files[new] = self.files.pop(old)


class Source:
    modified = None

    def __init__(self, store: Memory, name: str) -> None:
        self.store = store
        self.name = name
        self.size = len(store.files[name])

    def read(self, position: int, count: int) -> bytes:
        return self.store.files[self.name][position : position + count]

    def close(self) -> None:
        self.store.open_now -= 1


class Sink:
    def __init__(self, store: Memory, name: str) -> None:
        self.store = store
        self.name = name
        self.data = b""
        self.state = "open"

    def write(self, data: bytes) -> None:
        self.data += data

    def sync(self) -> None:
        pass

    def commit(self) -> None:
        self.state = "committed"
        self.store.files[self.name] = self.data

    def discard(self) -> None:
        if self.state == "open":
            self.state = "discarded"


def refused(error: pytest.ExceptionInfo[ServiceError]) -> tuple[int, int | None]:
    return error.value.error_class, error.value.code


def test_parts_follow_one_another_to_the_end() -> None:
    session = FileEngine(Memory(a=b"0123456789")).session()
    opened = session.open("/a", 1)
    assert opened.size == 10
    parts = [session.read(opened.frsm_id, 4) for _ in range(4)]
    assert [part.data for part in parts] == [b"1234", b"5678", b"9", b""]
    assert [part.more_follows for part in parts] == [True, True, False, False]
    session.close(opened.frsm_id)


def test_a_position_at_the_end_is_allowed_and_not_behind_it() -> None:
    store = Memory(a=b"0123")
    session = FileEngine(store).session()
    assert session.read(session.open("a", 4).frsm_id, 9).data == b""
    with pytest.raises(FileServiceError) as error:
        session.open("a", 5)
    assert error.value.code == FileCode.POSITION
    assert store.open_now == 1


def test_a_file_that_shrinks_ends_and_one_that_grows_does_too() -> None:
    store = Memory(a=b"0123456789")
    session = FileEngine(store).session()
    number = session.open("a").frsm_id
    session.read(number, 4)
    store.files["a"] = b"01"
    assert session.read(number, 4).more_follows is False
    grown = session.open("a").frsm_id
    store.files["a"] = b"0123456789"
    assert session.read(grown, 4) == FilePart(b"01", False)


def test_numbers_belong_to_one_association() -> None:
    engine = FileEngine(Memory(a=b"1"))
    one, other = engine.session(), engine.session()
    number = one.open("a").frsm_id
    for act in (lambda: other.read(number, 1), lambda: other.close(number), lambda: one.close(number + 1)):
        with pytest.raises(FileServiceError) as error:
            act()
        assert error.value.code == FileCode.NON_EXISTENT
    one.close(number)
    with pytest.raises(FileServiceError):
        one.close(number)


@pytest.mark.parametrize("limits", [FileLimits(open_each=2), FileLimits(open_all=2)])
def test_limits_of_open_files(limits: FileLimits) -> None:
    engine = FileEngine(Memory(a=b"1"), limits)
    session = engine.session()
    first = session.open("a").frsm_id
    session.create("b")
    for act in (lambda: session.open("a"), lambda: session.create("c")):
        with pytest.raises(ServiceError) as error:
            act()
        assert refused(error) == (3, 4)
    session.close(first)
    session.open("a")
    session.end()
    assert (engine.opened, len(session)) == (0, 0)


def test_the_limit_of_all_counts_every_association() -> None:
    engine = FileEngine(Memory(a=b"1"), FileLimits(open_all=1))
    one, other = engine.session(), engine.session()
    one.open("a")
    with pytest.raises(ServiceError):
        other.open("a")
    one.end()
    other.open("a")


def test_what_is_read_or_set_is_not_deleted_or_renamed() -> None:
    engine = FileEngine(Memory(a=b"1", b=b"2"))
    one, other = engine.session(), engine.session()
    number = one.open("a").frsm_id
    again = one.open("a").frsm_id
    sink = other.create("c")
    for act in (
        lambda: other.delete("/a"),
        lambda: other.rename("a", "d"),
        lambda: other.rename("b", "a"),
        lambda: one.rename("b", "c"),
        lambda: one.create("c"),
    ):
        with pytest.raises(FileServiceError) as error:
            act()
        assert error.value.code == FileCode.BUSY
    one.close(number)
    with pytest.raises(FileServiceError):
        other.delete("a")
    one.close(again)
    other.delete("a")
    sink.commit()
    one.delete("c")
    assert engine.store.files == {"b": b"2"}


def test_a_file_that_is_set_has_a_largest_size() -> None:
    engine = FileEngine(Memory(), FileLimits(max_written=4))
    session = engine.session()
    sink = session.create("a")
    sink.write(b"1234")
    with pytest.raises(FileServiceError) as error:
        sink.write(b"5")
    assert error.value.code == FileCode.NO_SPACE
    sink.discard()
    sink.discard()
    assert (engine.opened, engine.writing, engine.store.files) == (0, set(), {})


def test_the_end_of_an_association_leaves_nothing() -> None:
    store = Memory(a=b"1")
    engine = FileEngine(store)
    session = engine.session()
    session.open("a")
    session.open("a")
    sink = session.create("b")
    sink.write(b"half")
    session.end()
    session.end()
    assert (store.open_now, engine.opened, len(engine.reading), engine.writing) == (0, 0, 0, set())
    assert store.files == {"a": b"1"}


def test_a_directory_goes_on_behind_a_name_however_it_is_written() -> None:
    session = FileEngine(Memory(a=b"", b=b"", c=b"")).session()
    assert [entry.name for entry in session.directory("/", "\\a")] == ["b", "c"]
    assert [entry.name for entry in session.directory("")] == ["a", "b", "c"]
