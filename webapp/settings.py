"""Django settings of MindFerry. What an operator may set is read in `webapp.environment`; see docs/running.md."""

from __future__ import annotations

import os
from pathlib import Path

from webapp import environment, logs

BASE_DIR = environment.ROOT
DATA_DIR = environment.data_folder()
SUBMISSIONS_DIR = DATA_DIR / "submissions"
UPLOADS_DIR = DATA_DIR / "uploads"
for _folder in (SUBMISSIONS_DIR, UPLOADS_DIR):
    _folder.mkdir(exist_ok=True, mode=0o700)

# What was measured here; in the environment, because the engine reads it there, in this process and in its children.
EVIDENCE_DIR = Path(os.environ.get("MINDFERRY_EVIDENCE") or DATA_DIR / "evidence").expanduser().resolve()
os.environ["MINDFERRY_EVIDENCE"] = str(EVIDENCE_DIR)

DEBUG = environment.flag("MINDFERRY_DEBUG")
HTTPS = environment.flag("MINDFERRY_HTTPS")
SECRET_KEY = environment.secret_key(DATA_DIR)
ALLOWED_HOSTS = environment.words("MINDFERRY_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = environment.words("MINDFERRY_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "webapp.teams",
    "webapp.devices",
    "webapp.submissions",
    "webapp.reviews",
    "webapp.pages",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "webapp.security.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": environment.database(DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES = {"default": environment.cache(REDIS_URL)}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "webapp" / "static"]
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Found through the finders, so that `make up` needs no collectstatic; what an operator collected is served first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if HTTPS:
    # Behind a proxy that speaks https for us and sets X-Forwarded-Proto itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000

LOGIN_ATTEMPTS = environment.number("MINDFERRY_LOGIN_ATTEMPTS", 10)
LOGIN_ATTEMPTS_SECONDS = 300

MEBIBYTE = 1024 * 1024
UPLOAD_MAX_BYTES = environment.number("MINDFERRY_UPLOAD_MAX_MB", 64) * MEBIBYTE
ARCHIVE_MAX_BYTES = environment.number("MINDFERRY_ARCHIVE_MAX_MB", 256) * MEBIBYTE
ARCHIVE_MAX_MEMBERS = environment.number("MINDFERRY_ARCHIVE_MAX_MEMBERS", 10_000)
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = str(UPLOADS_DIR)
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * MEBIBYTE

# The engine's door: "module:function" with the signature of migrator.road.run_stage.
STAGE_RUNNER = os.environ.get("MINDFERRY_STAGE_RUNNER", "migrator.road:run_stage")
# Only for a machine whose users are all trusted: runs that find no sandbox are then allowed without one.
ALLOW_UNSANDBOXED = environment.flag("MINDFERRY_ALLOW_UNSANDBOXED")
# What one run of a project may use up at the most; a project's mindferry.toml can ask for less, not for more.
RUN_LIMITS = {
    "seconds": environment.number("MINDFERRY_RUN_SECONDS", 1800),
    "memory_mb": environment.number("MINDFERRY_RUN_MEMORY_MB", 8192),
    "steps": environment.number("MINDFERRY_RUN_STEPS", 2000),
}
# The most wall time of measuring the whole catalog on a device.
PROBE_SECONDS = environment.number("MINDFERRY_PROBE_SECONDS", 4 * 3600)
HEARTBEAT_SECONDS = environment.number("MINDFERRY_HEARTBEAT_SECONDS", 5)
# A job whose worker has been silent for so long is taken up again by another.
HEARTBEAT_STALE_SECONDS = environment.number("MINDFERRY_HEARTBEAT_STALE_SECONDS", 45)

LOGGING_CONFIG = None
logs.configure(debug=DEBUG)
