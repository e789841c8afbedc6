"""The explorer in the system's Chromium."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest

from verhulst.explorer import explore


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return (explore(tmp_path_factory.mktemp("explorer") / "explorer.html").path or pathlib.Path()).as_uri()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Any]:
    """Opens the page at a hash, and fails the test on any error the page reports or any request to the network."""
    contexts, complaints = [], []

    def opener(fragment: str = "", **options: Any) -> Any:
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: complaints.append(request.url) if "file:" not in request.url else None)
        page.goto(address + fragment)
        page.wait_for_function("window.explorer !== undefined")
        return page

    yield opener
    for context in contexts:
        context.close()
    assert complaints == []
