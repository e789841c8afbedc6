"""CSV files of tests: a few columns of text, written as they stand."""

import csv
import io

from verhulst.data import learn_design


def file(path, columns: dict[str, list[str]], *, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path


def learned(path, values, **options):
    file(path, {"g": [str(v) for v in values], "y": [str(i % 2) for i in range(len(values))]})
    return learn_design(path, "y", **options)
