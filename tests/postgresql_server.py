"""A PostgreSQL server for one session of tests: in a folder of its own, on a Unix socket, as a user without rights."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

# The shell stops the server when its standard input ends: when the tests are done, or however their process ends.
_RUN = """
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=20 >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT $server
wait $server
rm -rf "$2"
"""


def programs() -> str | None:
    """The folder of the newest PostgreSQL on this machine; None if there is none."""
    if found := shutil.which("initdb"):
        return os.path.dirname(os.path.realpath(found))
    found_all = glob.glob("/usr/lib/postgresql/*/bin/initdb") + glob.glob("/usr/pgsql-*/bin/initdb")
    return os.path.dirname(max(found_all, key=len, default="")) or None


@contextmanager
def server() -> Iterator[str]:
    """Start a server, and give the URI of its database."""
    dbapi = pytest.importorskip(
        "adbc_driver_postgresql.dbapi", reason="NOT RUN: adbc_driver_postgresql is not installed"
    )
    if (bin_ := programs()) is None:
        pytest.skip("NOT RUN: no PostgreSQL server on this machine")
    folder = tempfile.mkdtemp(prefix="verhulst-")
    # A sanitizer is loaded into the tests, not into the server, which it would keep from starting.
    user: dict[str, object] = {"env": {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}}
    if os.geteuid() == 0:  # as which PostgreSQL does not run
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        user |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    initdb = [f"{bin_}/initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "tester", "--no-sync", "-E", "UTF8"]
    subprocess.run([*initdb, "--locale=C"], check=True, capture_output=True, cwd=folder, **user)
    shell = subprocess.Popen(["sh", "-c", _RUN, "sh", bin_, folder], stdin=subprocess.PIPE, cwd=folder, **user)
    try:
        uri = f"postgresql:///postgres?host={folder}&user=tester"
        for _ in range(600):
            try:
                dbapi.connect(uri).close()
                break
            except dbapi.Error:
                time.sleep(0.05)
        else:
            raise RuntimeError("the server did not start")
        yield uri
    finally:
        shell.communicate()
