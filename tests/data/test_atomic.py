"""The one writer: what it writes to, what it keeps, what it leaves behind."""

import gzip
import os
import pathlib
import resource
import stat
import subprocess
import sys
import threading

import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.data import OutputError, atomic_file, read_table, write_table
from verhulst.data.atomic import check_writable, output_file, write_text

# Every function that writes a file, the ending it needs, and what proves that a whole file has been written.
MODEL = vh.fit_table(vh.data.load_dataset("anes96"), "vote", positive="Dole", columns=["age"])
WRITERS = {
    "model": (MODEL.save, ".json", b"verhulst_model"),
    "report": (lambda path: vh.report(MODEL, path), ".html", b"</html>"),
    "explorer": (vh.explore, ".html", b"</html>"),
    "figure": (lambda path: vh.figures.save(vh.figures.plot("growth"), path), ".svg", b"</svg>"),
    "table": (lambda path: write_table(vh.data.load_dataset("anes96"), path), ".csv", b'"vote"'),
}


@pytest.fixture(params=WRITERS)
def writer(request):
    return WRITERS[request.param]


def test_a_file_that_is_replaced_keeps_its_mode_and_its_link(tmp_path, writer):
    write, ending, proof = writer
    real, link = tmp_path / f"real{ending}", tmp_path / f"link{ending}"
    real.write_text("before")
    real.chmod(0o640)
    link.symlink_to(real)
    write(link)
    assert link.is_symlink()
    assert proof in real.read_bytes()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(tmp_path.iterdir()) == [link, real]


def test_pipes_are_written_to(tmp_path, writer):
    write, ending, proof = writer
    pipe = tmp_path / f"pipe{ending}"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write(pipe)
    reader.join()
    assert proof in got[0]
    assert stat.S_ISFIFO(pipe.lstat().st_mode)


def test_full_disks_are_a_message_and_nothing_is_left(tmp_path, writer):
    write, ending, _ = writer
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        with pytest.raises(OutputError, match=rf"cannot write '.*{ending}': File too large"):
            write(tmp_path / f"a{ending}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_names_as_long_as_names_may_be(tmp_path, writer):
    write, ending, proof = writer
    path = tmp_path / ("a" * (255 - len(ending)) + ending)
    write(path)
    assert proof in path.read_bytes()
    with pytest.raises(OutputError, match="File name too long"):
        write(tmp_path / f"a{path.name}")
    assert list(tmp_path.iterdir()) == [path]


def test_names_that_are_not_utf8(tmp_path, writer):
    write, ending, proof = writer
    path = tmp_path / os.fsdecode(b"caf\xe9" + ending.encode())
    write(path)
    assert proof in path.read_bytes()
    with pytest.raises(OutputError, match=r"'.*caf(\\x|\\udc)e9'"):
        write(tmp_path / os.fsdecode(b"caf\xe9") / f"a{ending}")


def test_full_devices_are_a_message():
    with pytest.raises(OutputError, match="cannot write '/dev/full': No space left on device"):
        write_text("/dev/full", "x")
    write_text("/dev/null", "x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_links_in_a_circle_and_links_to_nothing(tmp_path):
    one, other, free = (tmp_path / name for name in ("one", "other", "free"))
    one.symlink_to(other)
    other.symlink_to(one)
    with pytest.raises(OutputError, match="Too many levels of symbolic links"):
        write_text(one, "x")
    free.symlink_to(tmp_path / "new")
    write_text(free, "x")
    assert free.is_symlink()
    assert (tmp_path / "new").read_text() == "x"


@pytest.mark.parametrize("ending", [".xz", ".zip", ".tgz"])
def test_compressions_that_are_not_written(tmp_path, ending):
    with pytest.raises(OutputError, match=f"{ending} files are not written; end the name in .gz"):
        check_writable(tmp_path / f"a.json{ending}")


def test_a_file_that_may_not_be_written_to(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_text("before")
    monkeypatch.setattr(os, "access", lambda name, mode: os.fspath(name) != str(path))  # root may write everything
    with pytest.raises(OutputError, match="the file that is there may not be written to"):
        write_text(path, "after")
    assert path.read_text() == "before"


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".zst", ".lz4", ".GZ"])
def test_compressed_endings_compress(tmp_path, ending):
    table = pa.table({"x": [1] * 1000, "word": ["b"] * 1000})
    for form in (".csv", ".tsv", ".jsonl", ".parquet", ".arrow"):
        path = tmp_path / f"a{form}{ending}"
        write_table(table, path)
        assert read_table(path).equals(table)
    plain = tmp_path / "a.csv"
    write_table(table, plain)
    assert (tmp_path / f"a.csv{ending}").stat().st_size < plain.stat().st_size / 2
    MODEL.save(tmp_path / f"m.json{ending}")
    assert vh.load(tmp_path / f"m.json{ending}").fit.coefficients.tolist() == MODEL.fit.coefficients.tolist()


def test_reports_and_pages_may_be_compressed(tmp_path):
    vh.explore(tmp_path / "e.html.gz")
    assert gzip.decompress((tmp_path / "e.html.gz").read_bytes()).decode() == vh.explore().page


KILLED = """
import os, sys
from verhulst.data import atomic_file
with atomic_file(sys.argv[1]) as temporary:
    temporary.write_text("half")
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_the_next_run_removes_what_a_killed_one_left_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, path], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        (held,) = tmp_path.iterdir()
        write_text(path, "mine")
        assert sorted(tmp_path.iterdir()) == sorted([held, path])  # it is still being written by another process
        process.kill()
    other = tmp_path / f"{held.name[:-6]}x.part"
    other.symlink_to(path)
    write_text(tmp_path / "b.txt", "x")
    assert held.exists()  # a scratch file of another output
    write_text(path, "whole")
    assert sorted(tmp_path.iterdir()) == sorted([path, other, tmp_path / "b.txt"])
    assert path.read_text() == "whole"


def test_two_writers_at_once(tmp_path):
    path = tmp_path / "a.txt"
    with atomic_file(path) as first, atomic_file(path) as second:
        first.write_text("1")
        second.write_text("2")
    assert path.read_text() == "1"
    assert list(tmp_path.iterdir()) == [path]


def test_the_explorer_that_a_browser_opens_is_in_a_folder_of_its_own(monkeypatch, tmp_path):
    opened: list[str] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", opened.append)
    paths = [vh.explore(open_browser=True).path for _ in range(2)]
    assert len({path.parent for path in paths if path}) == 2
    assert all(path and stat.S_IMODE(path.parent.stat().st_mode) == 0o700 for path in paths)
    assert opened == [path.as_uri() for path in paths if path]


def test_nothing_is_written_around_the_one_writer():
    """No other file of the package opens a file for writing."""
    import re

    source = pathlib.Path(vh.__file__).parent
    writes = re.compile(
        r"\.write_(text|bytes)\(|\bopen\([^)]*[\"'][wax]b?\+?[\"']|savefig\((?!file|buffer)|os\.replace"
    )
    found = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if writes.search(path.read_text(encoding="utf-8"))
    ]
    assert sorted(found) == ["_process.py", "data/atomic.py"]


def test_output_file_is_standard_output(capfdbinary):
    with output_file("-") as file:
        file.write(b"x")
    assert capfdbinary.readouterr().out == b"x"


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("ending", ["", ".txt"])
def test_names_of_open_files_are_written_to(tmp_path, name, ending):
    """Through a pipe, and at the end of a file that the shell has opened."""
    program = "import sys; from verhulst.data.atomic import write_text; write_text(sys.argv[1], 'new\\n')"
    piped = subprocess.run([sys.executable, "-c", program, name], capture_output=True, check=True)
    assert piped.stdout == b"new\n"
    log = tmp_path / f"log{ending}"
    log.write_text("old\n")
    with log.open("a") as file:
        subprocess.run([sys.executable, "-c", program, name], stdout=file, check=True)
    assert log.read_text() == "old\nnew\n"
    assert list(tmp_path.iterdir()) == [log]


def test_files_in_memory_are_files_and_not_devices(tmp_path):
    path = pathlib.Path(f"/dev/shm/{tmp_path.name}-{os.getpid()}.txt")
    try:
        write_text(path, "a much longer text")
        write_text(path, "short")
        assert path.read_text() == "short"
    finally:
        path.unlink(missing_ok=True)


def test_folders_that_take_no_files_are_a_message():
    with pytest.raises(OutputError, match=r"cannot write '/proc/x.json': "):
        write_text("/proc/x.json", "x")
