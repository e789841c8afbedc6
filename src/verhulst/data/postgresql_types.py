"""Columns of PostgreSQL as an ADBC driver gives them: numeric as text, enumerations without their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from verhulst.data.unread import with_unread

if TYPE_CHECKING:
    import pyarrow as pa

_HEADER = 4  # which PostgreSQL adds to the precision and scale of a numeric
_TEXTS = ("text", "varchar", "bpchar", "name", "char", "unknown", "citext")
_DIGITS = 38  # of Arrow's decimals

# The enumerations of a database: what is needed to sort their values.
ENUMERATIONS = (
    "SELECT t.oid::bigint, t.typname::text, e.enumlabel::text FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid "
    "ORDER BY t.oid, e.enumsortorder"
)

Reader = Callable[[Any], Any]


def type_name(field: pa.Field) -> str:
    """Return the name that a type has in PostgreSQL."""
    return ((field.metadata or {}).get(b"POSTGRESQL:type") or b"").decode()


def may_be_enumeration(field: pa.Field) -> bool:
    """Whether a column could be one: of text, with a type that PostgreSQL itself does not have."""
    import pyarrow as pa

    return pa.types.is_string(field.type) and type_name(field) not in _TEXTS


def orders(rows: Sequence[tuple[int, str, str]]) -> dict[str, list[str]]:
    """Return the values of enumerations in their order, by name; without those whose name has several meanings.

    Examples
    --------
    >>> orders([(1, "size", "S"), (1, "size", "L"), (2, "mood", "sad"), (3, "mood", "happy")])
    {'size': ['S', 'L']}
    """
    by_type: dict[tuple[int, str], list[str]] = {}
    for oid, name, value in rows:
        by_type.setdefault((oid, name), []).append(value)
    names = [name for _, name in by_type]
    return {name: values for (_, name), values in by_type.items() if names.count(name) == 1}


def plain_columns(schema: pa.Schema, enumerations: Mapping[str, list[str]]) -> tuple[pa.Schema, list[Reader | None]]:
    """Return the columns as other formats have them, and what reads each of the driver's; None for one left out.

    A numeric becomes a decimal if it has a precision, otherwise doubles; an enumeration becomes an ordered dictionary.
    An amount of money is left out, because the driver does not say how many of its digits are decimals.
    """
    import pyarrow as pa

    fields: list[pa.Field] = []
    readers: list[Reader | None] = []
    reasons: dict[str, str] = {}
    for field in schema:
        name = type_name(field)
        if name == "money":
            reasons[field.name] = (
                f"column {field.name!r} is of PostgreSQL's type money; make a number of it in a query: "
                f"{field.name}::numeric."
            )
            readers.append(None)
            continue
        type_: pa.DataType = field.type
        reader: Reader = _as_it_is
        if name == "numeric":
            type_ = _decimal(field)
            reader = _numeric(type_)
        elif name == "bpchar":
            reader = _without_blanks
        elif name in enumerations and pa.types.is_string(field.type):
            values = pa.array(enumerations[name], pa.string())
            type_ = pa.dictionary(pa.int32(), pa.string(), ordered=True)
            reader = _coded(values)
        fields.append(pa.field(field.name, type_))
        readers.append(reader)
    return with_unread(pa.schema(fields).empty_table(), reasons).schema, readers


def _decimal(field: pa.Field) -> pa.DataType:
    import pyarrow as pa

    modifier = int((field.metadata or {}).get(b"POSTGRESQL:typmod") or -1) - _HEADER
    precision, scale = modifier >> 16, modifier & 0x7FF
    return pa.decimal128(precision, scale) if 0 < precision <= _DIGITS and scale <= precision else pa.float64()


def _numeric(type_: pa.DataType) -> Reader:
    import pyarrow as pa
    import pyarrow.compute as pc

    def read(values: Any) -> Any:
        texts = values.storage if isinstance(values, pa.ExtensionArray) else values
        missing = pc.is_in(texts, value_set=pa.array(["NaN", "nan"]))
        return pc.cast(pc.if_else(missing, pa.scalar(None, texts.type), texts), type_)

    return read


def _without_blanks(values: Any) -> Any:
    import pyarrow.compute as pc

    return pc.utf8_rtrim(values, " ")  # which mean nothing in the type char(n)


def _coded(order: Any) -> Reader:
    import pyarrow as pa
    import pyarrow.compute as pc

    return lambda values: pa.DictionaryArray.from_arrays(pc.index_in(values, order), order, ordered=True)


def _as_it_is(values: Any) -> Any:
    return values
