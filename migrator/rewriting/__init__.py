"""The mechanics of rewriting a file: positions, edits that keep the rest to the byte, and what a rule sees and does."""
