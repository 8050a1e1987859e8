"""Compare a baseline with its replay and a free run: how far apart, by which tolerance, and where they first part."""
