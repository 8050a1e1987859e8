"""The HTTP API, version 1."""

from webapp.api.v1 import api

__all__ = ["api"]
