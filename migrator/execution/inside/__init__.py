"""Code that runs inside the sandbox, beside the user's program.

It is loaded by path under a private name (see ``start.py``), imports nothing of the rest of the engine, and is the only
part of it that the sandbox can see.
"""
