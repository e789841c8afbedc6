"""JSON: one object in each line, or one array of objects; against Python's own reader."""

import json
import random
from typing import Any

import pandas as pd
import pytest

import verhulst as vh
from verhulst.data import DataError, read_table, write_table


def read(tmp_path, content: str | bytes, name: str = "a.json") -> Any:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(tmp_path / name)


def random_rows(rng: random.Random) -> list[dict[str, Any]]:
    makers = {
        "whole": lambda: rng.randint(-5, 5),
        "large": lambda: rng.choice([2**53 + 1, -(2**63), 2**63 - 1, 7]),
        "number": lambda: rng.choice([0.5, -1e300, 2.0]),
        "text": lambda: rng.choice(["", "a", "é\n", '"', "[{", "007", "2024-05-31", "2024-05-31T00:00:00Z"]),
        "truth": lambda: rng.random() < 0.5,
    }
    keys = rng.sample(list(makers), rng.randint(1, 5))
    rows = []
    for _ in range(rng.randint(1, 6)):
        some = [key for key in keys if rng.random() < 0.8]
        rng.shuffle(some)
        rows.append({key: makers[key]() if rng.random() < 0.9 else None for key in some})
    return rows if any(rows) else [{keys[0]: 1}]


def expected(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return {key: [row.get(key) for row in rows] for key in keys}


@pytest.mark.parametrize("form", ["array", "lines", "indented"])
def test_every_key_is_a_column_in_the_order_of_first_appearance(tmp_path, form):
    rng = random.Random(form)
    for _ in range(80):
        rows = random_rows(rng)
        if form == "array":
            text = json.dumps(rows)
        else:
            text = "\n".join(json.dumps(row, indent=1 if form == "indented" else None) for row in rows)
        table = read(tmp_path, text)
        assert table.column_names == list(expected(rows)), text
        assert table.to_pydict() == expected(rows), text


@pytest.mark.parametrize("form", ["[{}]", "{}"])
def test_whole_numbers_keep_their_digits(tmp_path, form):
    numbers = [2**64, 2**70 + 1, -(2**200), 12345678901234567890, 12345678901234567891]
    objects = [json.dumps({"id": number, "y": 1}) for number in numbers]
    text = "[" + ",".join(objects) + "]" if form == "[{}]" else "\n".join(objects)
    table = read(tmp_path, text)
    assert [int(value) for value in table["id"].to_pylist()] == numbers
    write_table(table, tmp_path / "b.jsonl")
    assert [json.loads(line)["id"] for line in (tmp_path / "b.jsonl").read_text().splitlines()] == numbers


def test_large_whole_numbers_in_a_fit(tmp_path):
    rows = [{"id": 2**70 + i, "code": 10**19 + i % 2, "x": float(i % 3), "y": int(i % 5 < 2)} for i in range(40)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(rows))
    model = vh.fit_table(path, "y", exclude=["id"], categorical=["code"])
    assert model.fit.names == ("code[10000000000000000001]", "x")
    frame = pd.DataFrame(rows)
    assert frame["id"].dtype == object
    again = vh.fit_table(frame, "y", exclude=["id"], categorical=["code"])
    assert again.fit.coefficients.tolist() == model.fit.coefficients.tolist()


def test_a_frame_with_large_whole_numbers_keeps_its_categories():
    frame = pd.DataFrame({"id": [2**70, 1, None], "g": pd.Categorical(["b", "a", "b"], ["b", "a"]), "y": [0, 1, 1]})
    table = read_table(frame)
    assert table["id"].to_pylist() == [2**70, 1, None]
    assert table["g"].combine_chunks().dictionary.to_pylist() == ["b", "a"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '[{"a":1},{"a":"x"}]',
            r"column 'a' is not one column of one type: 1 in row 1 is a number but 'x' in row 2 is",
        ),
        ('{"a":1}\n{"a":"x"}', r"column 'a' is not one column of one type: 1 in row 1 is a number but 'x' in row 2 is"),
        ('{"a":true}\n{"a":2}', r"True in row 1 is a boolean but 2 in row 2 is a number"),
        ('[{"a":1},{"a":[1]}]', r"1 in row 1 is a number but \[1\] in row 2 is a list"),
        ('{"a":1}\n{"a":2,"a":3}', r"a.json: an object has 'a' twice"),
        ('[{"a":1.5},{"a":1' + "0" * 400 + "}]", r"column 'a', row 2: the number is too large for a double"),
        ('{"a":1}\n{"a":2', r"cannot be read as JSON lines: Expecting ',' delimiter: line 2 column 7"),
        ('[{"a":1},\n{"b":}]', r"cannot be read as JSON: Expecting value: line 2 column 6"),
        ('[{"a":1}, 2]', r"is a JSON array, but not of objects with one entry per column: value 2 is not an object"),
        ('{"a":1}\n[2]', r"is JSON, but not of objects with one entry per column: value 2 is not an object"),
        ('{"a":{"0":1,"1":2},"y":{"0":1,"1":0}}', r"is one JSON object with the whole table"),
        ('{"data":[["a",1]],"n":[1,2]}', r"is one JSON object with the whole table"),
        ('{"data":[{"a":1}]}', r"is one JSON object with the whole table"),
        (b'{"a":1}\n{"a":"\xf6"}', r"line 2: the text is not UTF-8"),
        ("[]", r"has no columns"),
        ("{}\n{}", r"has no columns: its objects are empty"),
        ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", r"nested too deeply"),
        ("[" * 100_000, r"nested too deeply"),
    ],
)
def test_json_that_is_no_table(tmp_path, content, message):
    with pytest.raises(DataError, match=r"a.json: .*" + message if "a.json" not in message else message):
        read(tmp_path, content)


def test_codes_beside_fractions_that_would_become_one_number(tmp_path):
    numbers = [2**53, 2**53 + 1, 1.5, 2, 3]
    lines = [json.dumps({"code": x, "x": k, "y": k % 2}) for k, x in enumerate(numbers)]
    (tmp_path / "codes.jsonl").write_text("\n".join(lines))
    (tmp_path / "codes.json").write_text("[" + ",".join(lines) + "]")
    for source in (tmp_path / "codes.jsonl", tmp_path / "codes.json"):
        with pytest.raises(DataError, match=rf"'code' holds {2**53} and {2**53 + 1}, which are codes rather than"):
            vh.fit_table(source, "y", columns=["code"], C=1.0)
        assert vh.fit_table(source, "y", columns=["x"], C=1.0).fit.rows == 5
    # Large numbers that stay apart are numbers.
    (tmp_path / "apart.jsonl").write_text('{"a": 9007199254740994, "y": 0}\n{"a": 1.5, "y": 1}\n')
    assert read_table(tmp_path / "apart.jsonl")["a"].to_pylist() == [9007199254740994.0, 1.5]
