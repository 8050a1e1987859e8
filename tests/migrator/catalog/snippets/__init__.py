"""Small torch programs that end in ``result = …``: made from torch's own signatures and docstrings, run under torch and,
translated, under MindSpore."""
