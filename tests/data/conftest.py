"""The path of a CSV file that the tests of a module write over and over."""

import pytest


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("text") / "a.csv"
