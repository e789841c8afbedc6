"""The options of commands that can work on a Dask cluster, and its beginning and end."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import click

from verhulst import _process
from verhulst.data.errors import RequestError

SECONDS = 10  # to wait for a scheduler
CLIENT = {"set_as_default": False}


def options(command: Any) -> Any:
    """Add the options, as the arguments `scheduler` and `workers`."""
    scheduler = click.option(
        "--scheduler", metavar="ADDRESS", help="Work on the Dask cluster with this scheduler, such as tcp://host:8786."
    )
    workers = click.option(
        "--workers", type=click.IntRange(min=1), metavar="N", help="Work with N processes of this machine, by Dask."
    )
    return scheduler(workers(command))


@contextmanager
def client_of(scheduler: str | None, workers: int | None, data: Any) -> Iterator[Any]:
    """A client of the cluster that is asked for, which can read these data, or None.

    Processes of this machine end with it, however it ends; so they do if this process is killed.

    Raises
    ------
    RequestError
        If both options are given, its workers cannot read the data, or there is no scheduler.
    """
    if scheduler is None and workers is None:
        yield None
        return
    if scheduler is not None and workers is not None:
        raise RequestError("--scheduler and --workers are two clusters: give one of them.")
    from verhulst.data.parted_table import files_for_workers

    files_for_workers(data)  # what is refused is said before the cluster starts
    import distributed

    make_client: Any = distributed.Client
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # errors are said by the command
    if scheduler is None:
        with TemporaryDirectory() as folder, _processes(workers, folder) as here, make_client(here, **CLIENT) as client:
            yield client
        return
    try:
        if ":" not in scheduler.rpartition("://")[2]:
            raise ValueError("an address has a port, as in tcp://host:8786")
        client = make_client(scheduler, timeout=SECONDS, **CLIENT)
    except (OSError, ValueError) as error:
        raise RequestError(f"there is no scheduler at {scheduler}: {str(error) or 'no answer'}.") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS)
        except TimeoutError:
            raise RequestError(f"the scheduler at {scheduler} has no workers.") from None
        yield client


def _processes(workers: int | None, folder: str) -> Any:
    """A cluster of processes of this machine, in which Ctrl-C is left to the command."""
    from multiprocessing import resource_tracker

    import distributed

    # What a signal leaves to the tracker of multiprocessing is not worth a warning.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning:multiprocessing.resource_tracker")
    resource_tracker.ensure_running()  # which would unblock what is blocked here
    # The thread that is made here starts the processes: they block what it blocks.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        make: Any = distributed.LocalCluster
        with _process.starting:  # a blocked signal is delivered to threads of other libraries, which do not block it
            return make(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
                local_directory=folder,
            )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
