"""Numbers that are codes: two texts never become one number without a question."""

import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.data.csv_files import learned

from verhulst.data import DataError, learn_design, read_table

pytestmark = pytest.mark.filterwarnings("ignore::verhulst.data.errors.ColumnWarning")


def test_codes_that_would_be_one_number_are_asked_about(path):
    with pytest.raises(DataError, match=r"'7' and '007', which are codes rather than numbers"):
        learned(path, ["007", "7", "12"])
    with pytest.raises(DataError, match=r"which are codes rather than numbers"):
        learned(path, ["12345678901234567890", "12345678901234567891"])
    with pytest.raises(DataError, match=r"'100' and '1E2', which are codes rather than numbers"):
        learned(path, ["1E2", "100", "2E3"])
    with pytest.raises(DataError, match=r"which are codes rather than numbers"):
        learned(path, ["+4930123456", "4930123456"])
    for code in ("02139", "1E2", "+4930123456", "9" * 5000):
        column = learned(path, ["7", code, "0.5", "-"], missing="drop").columns[0]
        assert column.kind == "numeric"
        assert f"{code!r} looks like a code" in column.notes[-1][0]
    assert learned(path, ["1e5", "100000", "1E+02", "+5", "5"]).columns[0].notes == ()
    assert learned(path, ["0", "0.0", "0.25", "10"]).columns[0].notes == ()


# How a whole number is written, and whether it then looks like a code.
NOTATIONS = {
    "plain": lambda n: (f"{n}", abs(n) > 2**53),
    "zeros": lambda n: (f"{'-' * (n < 0)}00{abs(n)}", True),
    "plus": lambda n: (f"{n:+}", n > 999_999 or abs(n) > 2**53),
    "point": lambda n: (f"{n}.0", abs(n) > 2**53),
    "zeros and point": lambda n: (f"{'-' * (n < 0)}0{abs(n)}.00", True),
    "E": lambda n: (f"{n}E0", True),
    "e": lambda n: (f"{n}e+00", False),
}
near = st.integers(-12, 12) | st.integers(2**53 - 3, 2**53 + 3) | st.integers(10**19, 10**19 + 3)
whole = st.builds(lambda n, sign: n * sign, near, st.sampled_from([1, -1]))


@settings(max_examples=200, deadline=None)
@example(written=[(-7, "zeros"), (-7, "plain"), (3, "plain")], more=[])
@example(written=[(2**53 + 1, "plain"), (2**53, "plain")], more=[])
@example(written=[(0, "plain"), (0, "zeros and point")], more=["-0"])
@given(
    written=st.lists(st.tuples(whole, st.sampled_from(list(NOTATIONS))), min_size=1, max_size=6, unique=True),
    more=st.sampled_from([[], ["0.5"], ["-", "0.5"], [" 0.25 "], ["1e-05"]]),
)
def test_no_code_and_another_text_become_one_number(path, written, more):
    """Whatever its sign, zeros, length, plus or E; read plainly, or with marks of missing values."""
    column = [NOTATIONS[how](n) for n, how in written]
    texts, more = dict.fromkeys(text for text, _ in column), ["1.5", *more]
    codes = {text for text, code in column if code}
    joined = any(float(a) == float(b) and {a, b} & codes for a in texts for b in texts if a != b)
    if joined:
        with pytest.raises(DataError, match=r"column 'g' holds .* as numbers they would be the same"):
            learned(path, [*texts, *more], missing="drop")
        assert learned(path, [*texts, *more], missing="drop", categorical=["g"]).columns[0].kind == "categorical"
    else:
        found = learned(path, [*texts, *more], missing="drop").columns[0]
        assert found.kind == "numeric"
        assert any("looks like a code" in matter for matter, _ in found.notes) == bool(codes)
    if "-" not in more:
        assert pa.types.is_string(read_table(path)["g"].type) == bool(codes)


@settings(max_examples=50, deadline=None)
@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_numbers_that_programs_write_are_no_codes(path, numbers):
    for write in (repr, "{:e}".format):  # which write digits without an exponent up to 10^16
        texts = [write(number) for number in numbers if not 2**53 < abs(number) < 10**16]
        found = learned(path, [*texts, "1"]).columns[0]
        assert found.kind == "numeric"
        assert not any("looks like a code" in matter for matter, _ in found.notes)


long = st.integers(2**53 - 4, 2**53 + 4) | st.integers(2**63 - 2, 2**63 - 1) | st.integers(10**19, 10**19 + 3)


@settings(max_examples=40, deadline=None)
@example(numbers=[2**53 + 1, 2**53])
@given(numbers=st.lists(st.builds(lambda n, sign: n * sign, long, st.sampled_from([1, -1])), min_size=2, unique=True))
def test_whole_numbers_that_one_double_stands_for_are_asked_about_in_any_table(path, numbers):
    numbers = numbers[:8]
    y = [i % 2 for i in range(len(numbers))]
    table = read_table({"id": numbers, "y": y})
    pq.write_table(table, path.with_name("a.parquet"))
    path.with_name("a.jsonl").write_text(
        "".join(json.dumps({"id": n, "y": k}) + "\n" for n, k in zip(numbers, y, strict=True))
    )
    frame = pd.DataFrame({"id": pd.Series(numbers, dtype=object), "y": y})
    joined = len(set(map(float, numbers))) < len(numbers)
    for source in (table, path.with_name("a.parquet"), path.with_name("a.jsonl"), {"id": numbers, "y": y}, frame):
        if joined:
            with pytest.raises(
                DataError, match=r"column 'id' holds .*, which are codes rather than numbers: as numbers"
            ):
                learn_design(source, "y")
            assert len(learn_design(source, "y", categorical=["id"]).columns[0].levels) == len(numbers)
        else:
            assert learn_design(source, "y").columns[0].kind == "numeric"
