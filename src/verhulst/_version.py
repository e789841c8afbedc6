"""The version of the package, also in pyproject.toml and in meson.build; a test compares them."""

__version__ = "0.1.0.dev0"
