"""Whole-project name resolution: what does ``F.relu`` refer to, and what kind of value is ``x``?

Reading is by :mod:`ast` alone and executes nothing. :class:`ProjectNames` reads all files of a project together, so
that classes, functions and attributes are known across imports; :class:`FileNames` answers for one file.
"""

from migrator.names.reading import ClassInfo, FileNames, FunctionInfo, ProjectNames
from migrator.names.values import Kind, Value

__all__ = ["ClassInfo", "FileNames", "FunctionInfo", "Kind", "ProjectNames", "Value"]
