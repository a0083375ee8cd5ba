"""Downloads against a server that may cut, lie or be away: nothing half-written is ever found."""

import errno
import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from inception_lab.model.download import Remote, cache_folder, cached, fetch
from inception_lab.model.pretrained import bvlc
from inception_lab.model.pretrained.sources import classifier

CONTENT = bytes(range(256)) * 4000  # 1,024,000 bytes: several blocks
DIGEST = hashlib.sha256(CONTENT).hexdigest()
WRONG = b"<html>not what you are looking for</html>"
WRONG_CONTENT = f"wrong content, whose SHA256 is not {DIGEST}"


class Handler(BaseHTTPRequestHandler):
    """Answers by the path that is asked for."""

    def do_GET(self) -> None:
        body = WRONG if self.path == "/wrong" else CONTENT
        if self.path == "/longer":
            body = CONTENT * 3
        if self.path in ("/gone", "/gone2"):
            self.send_error(404)
            return
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
            return
        self.send_response(200)
        if self.path != "/unannounced":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: 300_000 if self.path in ("/cut", "/unannounced") else None])

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def remote(address: str, *paths: str) -> Remote:
    return Remote("weights.onnx", tuple(address + path for path in paths), len(CONTENT), DIGEST)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("path", ["/good", "/moved"])
def test_a_file_arrives_whole(
    address: str, path: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made" / "as needed"
    found = fetch(remote(address, path), folder)
    assert found == folder / "weights.onnx"
    assert found.read_bytes() == CONTENT
    assert names(folder) == ["weights.onnx"]
    assert cached(remote(address, "/gone"), folder) == found
    out, err = capsys.readouterr()
    assert (out, err) == ("", "Downloading weights.onnx (1.0 MB).\n")


def test_a_terminal_shows_a_bar(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    fetch(remote(address, "/good"), tmp_path)
    first, *bars = capsys.readouterr().err.split("\r")
    assert first == "Downloading weights.onnx (1.0 MB).\n"
    assert bars[0].startswith(f"weights.onnx {'·' * 24} 0.0 of")
    assert bars[-1] == f"weights.onnx {'█' * 24} 1.0 of 1.0 MB\n"


@pytest.mark.parametrize("first", ["/gone", "/wrong", "/cut"])
def test_the_second_address_is_tried(
    address: str, first: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch(remote(address, first, "/good"), tmp_path).read_bytes() == CONTENT
    assert "; trying the next address.\n" in capsys.readouterr().err


def test_an_address_that_is_down_is_passed_over(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    down = "http://127.0.0.1:9/resolve/file"  # the port of a service that nobody runs
    there = Remote("weights.onnx", (down, f"{address}/good"), len(CONTENT), DIGEST)
    assert fetch(there, tmp_path).read_bytes() == CONTENT
    assert "\n127.0.0.1:9: the connection is refused; trying the next address.\n" in capsys.readouterr().err


def test_a_name_that_nobody_has_is_said(tmp_path: Path) -> None:
    there = Remote("weights.onnx", ("http://nobody.invalid/file",), 1, DIGEST)
    with pytest.raises(ValueError, match="could not be downloaded") as caught:
        fetch(there, tmp_path)
    assert str(caught.value) == (
        "weights.onnx could not be downloaded. Received: nobody.invalid: its name is not known."
    )


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/cut", "cut short"),
        ("/gone", "HTTP 404 Not Found"),
        ("/wrong", WRONG_CONTENT),
        ("/longer", WRONG_CONTENT),
        ("/unannounced", WRONG_CONTENT),
    ],
)
def test_failures_leave_nothing_and_say_why(address: str, path: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="could not be downloaded") as caught:
        fetch(remote(address, path), tmp_path)
    host = address.removeprefix("http://")
    assert str(caught.value) == f"weights.onnx could not be downloaded. Received: {host}: {reason}."
    assert names(tmp_path) == []


def test_a_good_file_stays_and_nothing_is_asked(address: str, tmp_path: Path) -> None:
    good = fetch(remote(address, "/good"), tmp_path)
    assert fetch(remote(address, "/gone"), tmp_path) == good
    assert good.read_bytes() == CONTENT


def test_a_damaged_file_of_the_cache_is_said_and_replaced_when_a_good_one_is_there(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weights.onnx"
    path.write_bytes(WRONG)
    assert cached(remote(address, "/good"), tmp_path) is None
    assert capsys.readouterr().err == f"{path} is not used: {WRONG_CONTENT}.\n"
    with pytest.raises(ValueError, match="could not be downloaded"):
        fetch(remote(address, "/gone"), tmp_path)
    assert fetch(remote(address, "/good"), tmp_path).read_bytes() == CONTENT
    assert names(tmp_path) == ["weights.onnx"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said(
    address: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("pooch.core.shutil.move", full)
    with pytest.raises(ValueError, match="The cache must be writable") as caught:
        fetch(remote(address, "/good", "/good"), tmp_path)
    assert str(caught.value) == (
        f"The cache must be writable, with 1 MB free. Received: {tmp_path} ({os.strerror(number)}); "
        "INCEPTION_LAB_CACHE names another folder."
    )
    assert names(tmp_path) == []


def test_an_interrupted_download_leaves_nothing(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt("now")

    monkeypatch.setattr("inception_lab.model.download._Progress.update", stop)
    with pytest.raises(KeyboardInterrupt, match=r"^now$"):
        fetch(remote(address, "/good"), tmp_path)
    assert names(tmp_path) == []


def test_a_cache_that_cannot_be_written_to_is_said(address: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    folder = tmp_path / "file" / "cache"
    with pytest.raises(ValueError, match="The cache must be writable") as caught:
        fetch(remote(address, "/good"), folder)
    assert str(caught.value).startswith(
        f"The cache must be writable, with 1 MB free. Received: {folder} (Not a directory)"
    )


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/inception-lab"),
        ("linux", {"XDG_CACHE_HOME": "{home}/xdg"}, "home/xdg/inception-lab"),
        ("darwin", {}, "home/Library/Caches/inception-lab"),
        ("win32", {}, "home/AppData/Local/inception-lab"),
        ("win32", {"LOCALAPPDATA": "{home}/Local"}, "home/Local/inception-lab"),
        ("linux", {"INCEPTION_LAB_CACHE": "{home}/own"}, "home/own"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_such_files(
    platform: str,
    variables: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home"
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(Path, "home", lambda: home)
    for name in ("INCEPTION_LAB_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(home=home))
    assert cache_folder() == tmp_path / expected


def test_weights_are_downloaded_once_and_found_again(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCEPTION_LAB_CACHE", str(tmp_path))
    monkeypatch.delenv("INCEPTION_LAB_WEIGHTS", raising=False)
    monkeypatch.setattr(bvlc, "BVLC", remote(address, "/gone", "/good"))
    assert bvlc.find_weights() is None
    found = bvlc.find_weights(download=True)
    assert found is not None
    assert found.read_bytes() == CONTENT
    monkeypatch.setattr(bvlc, "BVLC", remote(address, "/gone"))
    assert bvlc.find_weights(download=True) == bvlc.find_weights() == found


@pytest.mark.parametrize("path", ["/cut", "/wrong"])
def test_what_did_not_arrive_is_never_loaded(
    address: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCEPTION_LAB_CACHE", str(tmp_path))
    monkeypatch.delenv("INCEPTION_LAB_WEIGHTS", raising=False)
    monkeypatch.setattr(bvlc, "BVLC", remote(address, path))
    for _ in range(2):
        with pytest.raises(ValueError, match=r"could not be downloaded.*INCEPTION_LAB_WEIGHTS may name"):
            classifier("bvlc", download=True)
    with pytest.raises(ValueError, match=r"^BVLC's weights must be here\. Received: none; "):
        classifier("bvlc")


def test_class_names_are_fetched_as_far_as_that_goes(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INCEPTION_LAB_CACHE", str(tmp_path))
    monkeypatch.setattr(bvlc, "INDEX", remote(address, "/gone"))
    bvlc.download_class_names()
    assert capsys.readouterr().err.endswith("Classes are called by their numbers.\n")
