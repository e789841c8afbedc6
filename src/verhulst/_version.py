"""The version of the package: here, in pyproject.toml and in meson.build; a test holds them together."""

__version__ = "0.1.0.dev0"
