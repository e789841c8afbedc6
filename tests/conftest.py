"""What tests of several rooms need: the system's Chromium and a PostgreSQL server, started once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from tests.postgresql_server import server


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("NOT RUN: no Chromium on this machine")
    api = pytest.importorskip("playwright.sync_api", reason="NOT RUN: playwright is not installed")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URI of a database that the tests of a session share."""
    with server() as uri:
        yield uri
