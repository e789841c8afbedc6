"""From tables to design matrices: reading, naming columns, blocks, model files.

Importing this room loads NumPy only; pyarrow comes with the first table.
"""

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "Block": "verhulst.data.block",
        "DataError": "verhulst.data.errors",
        "File": "verhulst.data.file",
        "Design": "verhulst.data.design",
        "ModelFile": "verhulst.data.model_file",
        "ModelFileError": "verhulst.data.errors",
        "OutputError": "verhulst.data.errors",
        "Progress": "verhulst.data.progress",
        "Query": "verhulst.data.query",
        "ReadingWarning": "verhulst.data.errors",
        "RequestError": "verhulst.data.errors",
        "Target": "verhulst.data.target",
        "UnknownColumnError": "verhulst.data.errors",
        "atomic_file": "verhulst.data.atomic",
        "TableCheck": "verhulst.data.problems",
        "blocks": "verhulst.data.block",
        "check": "verhulst.data.table_check",
        "formula_design": "verhulst.data.formula",
        "learn_design": "verhulst.data.learn",
        "load_dataset": "verhulst.data.dataset",
        "read_model": "verhulst.data.model_file",
        "read_table": "verhulst.data.read",
        "write_model": "verhulst.data.model_file",
        "write_table": "verhulst.data.write",
    },
)
