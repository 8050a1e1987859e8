"""The same small road as the execution tests use."""

from tests.migrator.execution.conftest import road

__all__ = ["road"]
