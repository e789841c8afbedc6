"""Write the tables of the tutorial "From a CSV file to a decision": `python churn.py` makes churn.csv and new.csv.

The customers are made up, with a seed, and so are the faults of the table: an identifier, a date, missing values, codes
of places as numbers, rare cities, and a column that is filled in when a customer has left.
"""

from __future__ import annotations

import csv
import datetime
import sys
from pathlib import Path

import numpy as np

COLUMNS = (
    "customer_id", "signup_date", "age", "tenure_months", "plan", "monthly_charge", "support_calls", "contract",
    "paperless", "city", "zip", "days_since_cancellation", "churn",
)  # fmt: skip


def customers(rng: np.random.Generator, rows: int, first: int) -> list[dict[str, object]]:
    """Return rows of the table."""
    found = []
    for k in range(rows):
        tenure = int(rng.gamma(2.0, 14.0)) + 1
        contract = str(rng.choice(["monthly", "one year", "two year"], p=[0.55, 0.25, 0.2]))
        plan = str(rng.choice(["basic", "plus", "premium"], p=[0.5, 0.3, 0.2]))
        calls = int(rng.poisson(1.3))
        age = int(rng.integers(18, 85))
        charge = round(float({"basic": 20, "plus": 35, "premium": 55}[plan] + rng.normal(0, 5)), 2)
        city = int(min(rng.geometric(0.18), 25))
        z = -2.0 + 0.5 * calls - 0.03 * tenure + 0.03 * charge
        z += {"monthly": 0.8, "one year": 0.0, "two year": -0.9}[contract] + 0.01 * (40 - age)
        left = bool(rng.random() < 1 / (1 + np.exp(-z)))
        signup = datetime.date(2024, 6, 30) - datetime.timedelta(days=30 * tenure + int(rng.integers(0, 30)))
        found.append(
            {
                "customer_id": first + k,
                "signup_date": f"{signup:%d.%m.%Y}",
                "age": "" if rng.random() < 0.015 else age,
                "tenure_months": tenure,
                "plan": "" if rng.random() < 0.005 else plan,
                "monthly_charge": "NA" if rng.random() < 0.012 else f"{charge:.2f}",
                "support_calls": calls,
                "contract": contract,
                "paperless": str(rng.choice(["Yes", "No"])),
                "city": f"City{city:02d}",
                "zip": int(rng.choice([10115, 20095, 50667, 80331, 99084])),
                "days_since_cancellation": int(rng.integers(1, 60)) if left else 0,
                "churn": "yes" if left else "no",
            }
        )
    return found


def write(path: Path, rows: list[dict[str, object]], columns: tuple[str, ...]) -> None:
    """Write some columns of rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def main(folder: str = ".") -> None:
    """Write 2,000 customers, and 20 new ones, one of them from a city where nobody was before."""
    rng = np.random.default_rng(20240630)
    write(Path(folder) / "churn.csv", customers(rng, 2000, 100_000), COLUMNS)
    new = customers(rng, 20, 200_000)
    new[4]["city"] = "City99"
    write(Path(folder) / "new.csv", new, COLUMNS[:-2])


if __name__ == "__main__":
    main(*sys.argv[1:])
