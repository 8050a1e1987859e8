"""Settings of the tests: the product's own, in a data folder that is thrown away."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="mindferry-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["MINDFERRY_DATA"] = _folder
for _name in ("REDIS_URL", "MINDFERRY_SECRET_KEY", "MINDFERRY_SECRET_KEY_FILE", "MINDFERRY_EVIDENCE"):
    os.environ.pop(_name, None)

from webapp.settings import *  # noqa: E402, F403
from webapp.settings import DATA_DIR, DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, because tests with a real worker share it between processes.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
# Hashing passwords slowly is the point of the real ones, and tests log in often.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
