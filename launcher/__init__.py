"""Starts and stops all of MindFerry on one machine: `python -m launcher up`, or `demo` with a sample on top.

The launcher knows processes and the HTTP API; it starts neither Django nor the engine in its own process.
"""
