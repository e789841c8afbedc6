"""Fitted estimators in model files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np

from verhulst.data.design import Design
from verhulst.data.saved import Saved
from verhulst.data.schema import (
    Check,
    DamagedError,
    Either,
    ListOf,
    Maybe,
    Number,
    Record,
    Size,
    Text,
    Truth,
    Whole,
    path,
)
from verhulst.regression.class_file import class_check, type_of_classes
from verhulst.regression.estimator_results import FittedResults
from verhulst.regression.fit_file import FIT_1, FIT_2, with_states, without_penalty
from verhulst.regression.multinomial_fit import MultinomialFit
from verhulst.regression.result import LogisticFit

_LABEL = Either(lambda value: class_check([value]))
_BALANCED = Text(among=("balanced",))
_BY_CLASS = Maybe(Record({"labels": ListOf(_LABEL, "labels"), "values": ListOf(Number(0.0), "labels")}, apart=True))

_PLAIN: dict[str, Check] = {
    "C": Number(0.0, finite=False),
    "fit_intercept": Whole(0, 1, truth=True),
    "collinear": Text(among=("drop", "error")),
    "tol": Number(0.0),
    "max_iter": Number(0.0),
    "verbose": Whole(truth=True),
}
_PARAMETERS_2 = Record(_PLAIN | {"penalty": Maybe(Text(among=("l2", "firth")))})


class EstimatorFile(FittedResults, Saved):
    """What an estimator writes to a model file and reads from it."""

    n_features_in_: int
    feature_names_in_: Any
    get_params: Callable[[], dict[str, Any]]

    _kind: ClassVar[str] = "logistic regression estimator"
    _schema_version: ClassVar[int] = 4

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        fits, classes, many = record["fits"], record["classes"], record["multi_label"]
        multinomial = record["multinomial"]
        wanted = 0 if multinomial else len(classes) if many else 1
        if (
            len(fits) != wanted
            or not classes
            or (multinomial and many)
            or not (many or multinomial or len(classes) == 2)
        ):
            raise DamagedError(path(at, "fits"), f"has {len(fits)} entries, which are not those of the classes")
        found = {f"{path(at, 'fits')}[{k}]": one for k, one in enumerate(fits)}
        for where, one in (found | ({path(at, "multinomial"): multinomial} if multinomial else {})).items():
            if one["intercept"] != record["parameters"]["fit_intercept"]:
                raise DamagedError(f"{where}.intercept", "is not parameters.fit_intercept")
        if multinomial and len(multinomial["classes"]) != len(classes):
            raise DamagedError(path(at, "multinomial.classes"), "are not those of the estimator")
        type_of_classes(record["class_type"], classes, path(at, "class_type"))
        names = (multinomial or fits[0])["names"]
        if record["design"] is None and len(names) != record["n_features"]:
            raise DamagedError(
                path(at, "n_features"), f"is {record['n_features']}, where other fields need {len(names)}"
            )

    _SCHEMA: ClassVar[Record] = Record(
        {
            "parameters": Record(
                _PLAIN
                | {
                    "l1_ratio": Number(0.0, 1.0),
                    "firth": Truth(),
                    "class_weight": Either(lambda value: _BALANCED if value == "balanced" else _BY_CLASS),
                    "sampling_rates": _BY_CLASS,
                    "warm_start": Truth(),
                    "n_jobs": Maybe(Whole(-(2**31), 2**31)),
                }
            ),
            "fits": ListOf(LogisticFit.SCHEMA),
            "multinomial": Maybe(MultinomialFit.SCHEMA),
            "classes": Either(lambda value: ListOf(class_check(value))),
            "class_type": Text(),
            "multi_label": Truth(),
            "n_features": Size("features"),
            "feature_names": Maybe(ListOf(Text(), "features")),
            "design": Maybe(Design.SCHEMA),
        },
        rule=_check,
    )
    _SCHEMA_3: ClassVar[Record] = Record({name: check for name, check in _SCHEMA.fields.items() if name != "design"})
    _OLDER: ClassVar[dict[str, Any]] = {
        name: check for name, check in _SCHEMA_3.fields.items() if name != "multinomial"
    } | {"parameters": _PARAMETERS_2}
    _SCHEMA_2: ClassVar[Record] = Record(_OLDER | {"fits": ListOf(FIT_2)})
    _SCHEMA_1: ClassVar[Record] = Record(_OLDER | {"fits": ListOf(FIT_1)})

    @classmethod
    def schema(cls) -> Record:
        """See `Saved`."""
        return cls._SCHEMA

    @staticmethod
    def _from_1(record: dict[str, Any]) -> dict[str, Any]:
        EstimatorFile._SCHEMA_1.check(record, "", {})
        return record | {"fits": [with_states(one) for one in record["fits"]]}

    @staticmethod
    def _from_2(record: dict[str, Any]) -> dict[str, Any]:
        EstimatorFile._SCHEMA_2.check(record, "", {})
        older = dict(record["parameters"])
        kind = older.pop("penalty")
        added = {"l1_ratio": 0.0, "class_weight": None, "sampling_rates": None, "warm_start": False, "n_jobs": None}
        now = older | added | {"firth": kind == "firth", "C": older["C"] if kind == "l2" else float("inf")}
        fits = [without_penalty(one) for one in record["fits"]]
        return record | {"parameters": now, "fits": fits, "multinomial": None}

    @staticmethod
    def _from_3(record: dict[str, Any]) -> dict[str, Any]:
        EstimatorFile._SCHEMA_3.check(record, "", {})
        return record | {"design": None}

    _upgrades: ClassVar = {1: _from_1, 2: _from_2, 3: _from_3}

    def to_json(self) -> dict[str, Any]:
        """Return the estimator as data for a model file, without the training data.

        Raises
        ------
        TypeError
            If classes are neither text nor numbers.
        """
        classes = np.asarray(self.classes_)
        if classes.dtype == object and all(isinstance(label, str) for label in classes):
            classes = classes.astype(str)
        if classes.dtype.kind not in "biufU":
            raise TypeError(f"classes of type {classes.dtype} cannot be written to a model file; use text or numbers")
        many = self.result_ if isinstance(self.result_, MultinomialFit) else None
        parameters = self.get_params()
        for name in ("class_weight", "sampling_rates"):
            if isinstance(given := parameters[name], Mapping):
                labels = [np.asarray(label).tolist() for label in given]
                parameters[name] = {"labels": labels, "values": list(map(float, given.values()))}
        return {
            "parameters": parameters,
            "classes": classes.tolist(),
            "class_type": classes.dtype.str,
            "multi_label": isinstance(self.result_, tuple),
            "n_features": self.n_features_in_,
            "feature_names": list(map(str, self.feature_names_in_)) if hasattr(self, "feature_names_in_") else None,
            "design": None if self._design is None else self._design.to_json(),
            "fits": [] if many else [one.to_json() for one in self._results],
            "multinomial": None if many is None else many.to_json(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return the estimator in such data: the inverse of `to_json`."""
        parameters = dict(record["parameters"])
        for name in ("class_weight", "sampling_rates"):
            if isinstance(given := parameters[name], dict):
                parameters[name] = dict(zip(given["labels"], given["values"], strict=True))
        model = cls(**parameters)
        fits = tuple(LogisticFit.from_json(one) for one in record["fits"])
        model.classes_ = np.array(record["classes"], dtype=type_of_classes(record["class_type"], record["classes"]))
        model.n_features_in_ = int(record["n_features"])
        if record["feature_names"] is not None:
            model.feature_names_in_ = np.array(record["feature_names"], dtype=object)
        if record["multinomial"]:
            model.result_ = MultinomialFit.from_json(record["multinomial"])
        else:
            model.result_ = fits if record["multi_label"] else fits[0]
        model._publish()
        if record["design"] is not None:
            model._design = Design.from_json(record["design"])
            if model._design.names != tuple(model.column_names_):
                raise DamagedError("design", "has other columns than the fit")
        return model
