"""Names of tables and columns, and queries, as parts of a further query."""

from __future__ import annotations

from collections.abc import Sequence

from verhulst.data.errors import RequestError, did_you_mean, listed

Name = tuple[str, ...]  # of a table: with its schema if it is not the current one


def quoted(*parts: str) -> str:
    """Return a name as SQL writes it.

    Examples
    --------
    >>> print(quoted("archive", 'the "old" votes'))
    "archive"."the ""old"" votes"
    """
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def subquery(sql: str) -> str:
    """Return a query in parentheses, as a table of another query.

    Examples
    --------
    >>> print(subquery("SELECT 1; "))
    (
    SELECT 1
    ) AS verhulst
    """
    return f"(\n{sql.strip().rstrip(';')}\n) AS verhulst"


def find_table(name: str | None, tables: Sequence[Name], database: str) -> Name:
    """Return the table with a name, in any case of its letters and without its schema if that is clear.

    Raises
    ------
    RequestError
        If there is none, or more than one; or if no name is given and the database has not just one table.

    Examples
    --------
    >>> find_table("Votes", [("votes",), ("archive", "old")], "a.duckdb"), find_table("old", [("archive", "old")], "")
    (('votes',), ('archive', 'old'))
    """
    known = [".".join(table) for table in tables]
    there = f"Its tables are {listed(known, 12)}." if len(known) > 1 else f"Its table is {listed(known)}."
    if not tables:
        raise RequestError(f"{database}: has no tables.")
    if name is None:
        if len(tables) > 1:
            raise RequestError(f"{database}: name a table (table=, --table) or write a query (sql=, --sql). {there}")
        return tables[0]
    ways = (
        lambda table: ".".join(table) == name,
        lambda table: ".".join(table).casefold() == name.casefold(),
        lambda table: table[-1].casefold() == name.casefold(),
    )
    for is_it in ways:
        found = [table for table in tables if is_it(table)]
        if len(found) == 1:
            return found[0]
        if found:
            several = listed(".".join(table) for table in found)
            raise RequestError(f"{database}: there is more than one table {name!r}: {several}. Name one of them.")
    raise RequestError(f"{database}: there is no table {name!r}.{did_you_mean(name, known)} {there}")
