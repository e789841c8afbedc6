"""The options of commands that can work on a Dask cluster, and its beginning and end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from verhulst.data.errors import RequestError

SECONDS = 10  # to wait for a scheduler


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
def client_of(scheduler: str | None, workers: int | None) -> Iterator[Any]:
    """A client of the cluster that is asked for, or None.

    Processes of this machine end with it, however it ends; so they do if this process is killed.

    Raises
    ------
    RequestError
        If both options are given, or there is no scheduler.
    """
    if scheduler is None and workers is None:
        yield None
        return
    if scheduler is not None and workers is not None:
        raise RequestError("--scheduler and --workers are two clusters: give one of them.")
    from distributed import Client, LocalCluster

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # errors are said by the command
    if scheduler is None:
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client
        return
    try:
        client = Client(scheduler, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RequestError(f"there is no scheduler at {scheduler}: {error or 'no answer'}.") from None
    with client:
        yield client
