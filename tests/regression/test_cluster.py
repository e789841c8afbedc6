"""Fits on a Dask cluster: the bits of one process, and a sentence for what goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet
from tests.cli.pages import commands_of

import verhulst as vh
from verhulst.cli import group
from verhulst.data import DataError, RequestError, row_groups
from verhulst.data.dask_parts import DaskParts, said
from verhulst.data.workers import Build, agreed_build, lowest_level
from verhulst.regression import fitting

psutil = pytest.importorskip("psutil", reason="NOT RUN: Dask is not installed")
distributed = pytest.importorskip("distributed", reason="NOT RUN: Dask is not installed")
dd = pytest.importorskip("dask.dataframe", reason="NOT RUN: Dask is not installed")

N, GROUP = 40_000, 3000


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> str:
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=N), rng.integers(0, 50, N).astype(np.int8)
    frame = pd.DataFrame({"x": x, "k": k, "c": rng.choice(list("abcdefghijkl"), N)})
    frame["y"] = (rng.random(N) < vh.sigmoid(x - 0.02 * k)).astype(int)
    frame["w"] = rng.integers(1, 4, N).astype(float)
    frame.loc[N - 10 :, "c"] = "only here"
    table = pa.Table.from_pandas(frame, preserve_index=False)
    path = tmp_path_factory.mktemp("cluster") / "votes.parquet"
    parquet.write_table(table, path, row_group_size=GROUP)
    return str(path)


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[distributed.Client]:
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=50,
            local_directory=str(tmp_path_factory.mktemp("workers")),
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def parts_stay_apart(monkeypatch):
    """Small data would be put together, and several row groups be one part."""
    monkeypatch.setattr(fitting, "LARGEST", 0)
    monkeypatch.setattr(row_groups, "PART_ROWS", GROUP)


def _partition(k: int, empty: bool, path: str) -> pd.DataFrame:
    frame = parquet.ParquetFile(path).read_row_group(k).to_pandas()
    return frame.iloc[:0] if empty else frame


def dask_frame(path: str) -> dd.DataFrame:
    groups = parquet.ParquetFile(path).num_row_groups
    empty = [False] * groups + [True]
    return dd.from_map(_partition, [*range(groups), 0], empty, path=path, meta=_partition(0, True, path))


def bits(model) -> list[bytes]:
    fit = model.fit
    return [np.asarray(each).tobytes() for each in (fit.coefficients, fit.covariance, fit.log_likelihood)]


def test_the_bits_do_not_depend_on_the_workers(client, path):
    whole = vh.fit_table(path, "y", weights="w")
    one = vh.fit_table(dask_frame(path), "y", weights="w")
    two = vh.fit_table(dask_frame(path), "y", weights="w", client=client)
    files = vh.fit_table(path, "y", weights="w", client=client)
    on_scratch = vh.fit_table(dask_frame(path), "y", weights="w", memory_limit=1)
    assert bits(one) == bits(two) == bits(files) == bits(on_scratch)
    assert one.totals == two.totals == files.totals
    assert files.design == whole.design
    away = np.abs(files.fit.coefficients - whole.fit.coefficients) / whole.fit.standard_errors
    assert away.max() < 1e-6
    np.testing.assert_allclose(files.fit.standard_errors, whole.fit.standard_errors, rtol=1e-6)


def test_a_killed_worker_costs_no_bit(client, path, monkeypatch):
    before = bits(vh.fit_table(path, "y", client=client))
    asked, real = [], DaskParts._gathered

    def gathered(self, futures):
        asked.append(len(futures))
        if len(asked) == 7:  # a pass of Newton's method; its tasks are under way
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        return real(self, futures)

    monkeypatch.setattr(DaskParts, "_gathered", gathered)
    assert bits(vh.fit_table(path, "y", client=client)) == before
    assert len(asked) > 7


@pytest.mark.parametrize("where", ["here", "on a cluster"])
def test_an_interrupted_fit_goes_on_to_the_same_bits(client, path, tmp_path, where):
    """The driver may be killed: what its passes found is in the checkpoint."""
    source = dask_frame(path) if where == "here" else path
    options = {"client": None if where == "here" else client, "checkpoint": tmp_path / "fit.checkpoint"}

    def stop(progress):
        if progress.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vh.fit_table(source, "y", callback=stop, **options)
    assert bits(vh.fit_table(source, "y", resume=True, **options)) == bits(vh.fit_table(path, "y", client=client))
    assert not list(tmp_path.iterdir())


def test_separated_outcomes_are_named(client, path, tmp_path):
    table = parquet.read_table(path).to_pandas()
    table["y"] = table["y"].where(table["c"] != "d", 1)
    other = tmp_path / "separated.parquet"
    parquet.write_table(pa.Table.from_pandas(table, preserve_index=False), other, row_group_size=GROUP)
    with pytest.warns(vh.regression.SeparationWarning, match=r"every row with c\[d\] = 1 has y = 1"):
        model = vh.fit_table(str(other), "y", client=client)
    assert dict(zip(model.fit.names, model.fit.coefficients[1:], strict=True))["c[d]"] == np.inf


def damaged(path: str, tmp_path: Path) -> str:
    data = bytearray(Path(path).read_bytes())
    chunk = parquet.ParquetFile(path).metadata.row_group(5).column(0)
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data[start : start + 60] = b"\xff" * 60
    (tmp_path / "damaged.parquet").write_bytes(data)
    return str(tmp_path / "damaged.parquet")


def of_other_types(path: str, tmp_path: Path) -> str:
    table = parquet.read_table(path)
    parquet.write_table(table, tmp_path / "a.parquet")
    types = table.schema.set(1, pa.field("k", pa.int64()))
    parquet.write_table(table.cast(types), tmp_path / "b.parquet")
    return str(tmp_path)


FAULTS = {
    "damaged": (damaged, r"damaged.parquet: row group 5 is damaged \("),
    "types": (of_other_types, r"b.parquet: column 'k' has the type int64, but int8 in .*a.parquet"),
    "text": (lambda path, folder: str(Path(folder, "v.csv").write_text("x,y\n1,0\n") and folder / "v.csv"), "Parquet"),
    "standard input": (lambda path, folder: "-", "Dask DataFrames, not standard input"),
    "a table": (lambda path, folder: pd.DataFrame({"x": [1], "y": [1]}), "Dask DataFrames, not a DataFrame"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_sources_that_cannot_be_used(fault, client, path, tmp_path):
    make, problem = FAULTS[fault]
    with pytest.raises(DataError, match=problem):
        vh.fit_table(make(path, tmp_path), "y", client=client)


def test_a_file_that_is_changed_under_our_hands(client, path, tmp_path, monkeypatch):
    other = tmp_path / "changing.parquet"
    parquet.write_table(parquet.read_table(path), other)
    real = DaskParts.made

    def made(*given):
        parquet.write_table(parquet.read_table(path).slice(10), other)
        return real(*given)

    monkeypatch.setattr(DaskParts, "made", made)
    with pytest.raises(DataError, match=r"changing.parquet: was changed while it was read"):
        vh.fit_table(str(other), "y", client=client)


def _set_version(version: str) -> None:
    import verhulst._version

    verhulst._version.__version__ = version


def _hide(hidden: bool) -> None:
    import importlib

    sys.modules.pop("verhulst._version")
    if hidden:
        sys.modules["verhulst._version"] = None
    else:
        importlib.import_module("verhulst._version")


def test_workers_that_cannot_do_the_work(client):
    workers = list(client.nthreads())[1:]
    client.run(_set_version, "0.0", workers=workers)
    with pytest.raises(DataError, match=rf"the worker {workers[0]} has verhulst 0.0, but this is"):
        agreed_build(client)
    client.run(_hide, True, workers=workers)
    try:
        with pytest.raises(DataError, match=rf"the worker {workers[0]} cannot use verhulst \(.*: install"):
            agreed_build(client)
    finally:
        client.run(_hide, False, workers=workers)
    assert agreed_build(client).version == vh.__version__
    with pytest.raises(
        DataError, match=r"has verhulst .* the others have 0.0 at baseline\. Start it with VERHULST_CPU=base"
    ):
        client.submit(Build("0.0", "baseline").require).result()


@pytest.mark.parametrize(
    ("chosen", "shared"),
    [
        (["v4", "v4"], "v4"),
        (["v4", "v3", "v4"], "v3"),
        (["baseline", "v4"], "baseline"),
    ],
)
def test_workers_take_the_lowest_level_that_they_share(chosen, shared):
    levels = ["baseline", "v3", "v4"]
    workers = {str(k): ("1", level, levels[: levels.index(level) + 1], False) for k, level in enumerate(chosen)}
    assert lowest_level(workers) == shared


def test_workers_of_unlike_processors_have_no_level_in_common():
    with pytest.raises(DataError, match="no level of instructions in common"):
        lowest_level({"a": ("1", "v3", ["baseline", "v3"], False), "b": ("1", "neon", ["neon"], False)})


def test_a_part_that_ends_its_workers_is_given_up():
    with pytest.raises(DataError, match="given up after the workers that had it ended, 4 times"), said():
        raise distributed.KilledWorker("task", None, 3)


LOST = """
import os, sys
import distributed
from verhulst.cli import main
from verhulst.data.dask_parts import DaskParts

cluster = distributed.LocalCluster(
    n_workers=1, processes=False, protocol="tcp://", dashboard_address=":0", silence_logs=50
)
asked, real = [], DaskParts._gathered

def gathered(self, futures):
    asked.append(len(futures))
    if len(asked) == 4:
        cluster.sync(cluster.scheduler.close)
    return real(self, futures)

DaskParts._gathered = gathered
sys.argv = ["verhulst", "fit", sys.argv[1], "--target", "y", "--scheduler", cluster.scheduler_address]
try:
    main()
except SystemExit as end:
    sys.stderr.flush()
    os._exit(end.code)  # the rest of the cluster would look for its scheduler for half a minute
"""


def test_a_lost_scheduler_is_said(path):
    done = subprocess.run([sys.executable, "-c", LOST, path], capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (
        3,
        "Error: the connection to the scheduler was lost, and with it the work on the cluster. Start the cluster and "
        "the command again.\n",
    )


def test_workers_end_with_the_command(path):
    command = [sys.executable, "-m", "verhulst", "fit", path, "--target", "y", "--workers", "1"]
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while len(processes_of(process.pid)) < 3:  # the command, the worker, and the tracker of multiprocessing
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    said, problem = process.communicate(timeout=60)
    assert (process.returncode, said, problem) == (130, "", "Interrupted; no output file was written.\n")
    for _ in range(600):
        if not processes_of(process.pid):
            return
        time.sleep(0.1)
    raise AssertionError(processes_of(process.pid))


def processes_of(group: int) -> list[str]:
    """The processes of a group that have not ended."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
    return found


def verhulst(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "verhulst", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_the_command_line_on_a_cluster(client, path, tmp_path, monkeypatch):
    monkeypatch.undo()
    at = ("--scheduler", client.scheduler.address)
    model, here, there = (str(tmp_path / name) for name in ("m.json", "here.parquet", "there.parquet"))
    fitted = verhulst("fit", path, "-t", "y", "--weights", "w", "-o", model, *at)
    assert fitted.returncode == 0, fitted.stderr
    assert bits(vh.load(model))[0] == bits(vh.fit_table(path, "y", weights="w", client=client))[0]
    assert verhulst("predict", model, path, "-o", here).returncode == 0
    assert verhulst("predict", model, path, "-o", there, *at).returncode == 0
    assert parquet.read_table(here).equals(parquet.read_table(there))
    two = verhulst("fit", path, "-t", "y", "--workers", "2", *at)
    assert (two.returncode, two.stderr) == (2, "Error: --scheduler and --workers are two clusters: give one of them.\n")


def test_the_commands_of_the_page_are_run(client, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    client.run(os.chdir, str(tmp_path))  # as if the workers had been started where the command is
    Path("votes").mkdir()
    table = parquet.read_table(path)
    parquet.write_table(table.append_column("won", table["y"]).drop_columns(["y"]), "votes/a.parquet")
    found = commands_of("dask-cluster.md")
    assert [arguments[0] for arguments in found] == ["fit", "predict"]
    for arguments in found:
        at = [client.scheduler.address if each == "tcp://host:8786" else each for each in arguments]
        assert at != arguments
        done = CliRunner().invoke(group.verhulst, at)
        assert done.exit_code == 0, done.stderr
    assert parquet.read_table("predictions.parquet").column_names[-1] == "probability"


def test_predictions_stay_lazy(path):
    table = parquet.read_table(path).to_pandas()
    model, frame = vh.fit_table(table, "y"), dask_frame(path)
    for found, expected in (
        (model.log_odds(frame), model.log_odds(table)),
        (model.predict_proba(frame), model.predict_proba(table)),
        (model.predict_interval(frame)[1], model.predict_interval(table)[1]),
    ):
        assert type(found).__module__.startswith("dask")
        computed = found.compute(scheduler="synchronous")
        np.testing.assert_allclose(computed.to_numpy(), expected, rtol=1e-15)
        assert computed.index.equals(dask_frame(path).index.compute(scheduler="synchronous"))


def test_what_reads_rows_again_takes_a_frame_whole(path):
    table, frame = parquet.read_table(path).to_pandas(), dask_frame(path)
    model = vh.fit_table(table, "y")
    one, other = (model.summary(data=each, covariance="HC1") for each in (table, frame))
    assert str(one) == str(other)
    assert vh.fit_formula("y ~ x", frame).fit.rows == N


@pytest.mark.parametrize("make", [lambda frame: frame["x"], lambda frame: frame[["x"]].to_dask_array()])
def test_other_collections_are_no_tables(make, path):
    model, other = vh.fit_table(dask_frame(path), "y", columns=["x"]), make(dask_frame(path))
    for work in (lambda: vh.fit_table(other, "y"), lambda: model.predict_proba(other)):
        with pytest.raises(RequestError, match=r"a table is a Dask DataFrame, not a Dask (Series|Array)"):
            work()
