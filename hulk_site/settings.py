"""All settings, from the environment or from what `make run` wrote; .env.example names every variable."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

from hulk_site import env

BASE_DIR = env.ROOT
DATA_DIR = Path(env.text("HULK_DATA", str(BASE_DIR / "var")))

# --- Where and how it is served ----------------------------------------------------------------------------------
DEBUG = False
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
SECRET_KEY = env.secret("SECRET_KEY", public=HTTPS)
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", f"{urlsplit(PUBLIC_URL).hostname},127.0.0.1,localhost", public=HTTPS)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "hulk_site.urls"
WSGI_APPLICATION = "hulk_site.wsgi.application"

SIGN_IN_WITH = env.providers(
    github=(env.text("GITHUB_CLIENT_ID", ""), env.text("GITHUB_CLIENT_SECRET", "")),
    orcid=(env.text("ORCID_CLIENT_ID", ""), env.text("ORCID_CLIENT_SECRET", "")),
)
"""Where one may come from to sign in, as allauth's settings of each: those whose keys are given."""
PROVIDER_ADDRESSES = {"github": "https://github.com", "orcid": "https://orcid.org"}

INSTALLED_APPS = [
    # Before ours, whose admin takes back some of what these register.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    *(f"allauth.socialaccount.providers.{name}" for name in SIGN_IN_WITH),
    "hulk_site.accounts",
    "submissions",
    "leaderboard",
    "hulk_site",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hulk_site.middleware.ETags",
    "hulk_site.rates.RateHeaders",
    "hulk_site.problems.UnavailableMiddleware",
    "leaderboard.page_cache.PageCacheMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hulk_site.middleware.Slashes",
    "django.middleware.csrf.CsrfViewMiddleware",
    "hulk_site.middleware.NoNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "hulk_site.accounts.middleware.PrivatePages",
    "django_htmx.middleware.HtmxMiddleware",
]

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
                "hulk_site.context.site",
            ],
        },
    },
    {
        # What stands on a board's page.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja"],
        "OPTIONS": {"environment": "leaderboard.board_templates.environment"},
    },
]

# --- Data ----------------------------------------------------------------------------------------------------------
DATABASES = {"default": environ.Env.db_url_config(env.text("DATABASE_URL"))}
DATABASES["default"].update(
    CONN_MAX_AGE=60,
    CONN_HEALTH_CHECKS=True,
    # Compiling a statement takes longer than any page of ours; PostgreSQL guesses otherwise of searches on long boards.
    OPTIONS={"connect_timeout": 5, "options": "-c jit=off"},
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Sign-in limits are counted here. In the database, as Redis may be emptied or away at any time.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

S3_BUCKET = env.text("HULK_S3_BUCKET", "")
"""Where evidence goes instead of a folder; empty: a folder."""
EVIDENCE_FOLDER: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {
        "location": DATA_DIR / "evidence",
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    },
}
EVIDENCE_BUCKET: dict[str, Any] = {
    "BACKEND": "leaderboard.object_storage.EvidenceBucket",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "location": "evidence",
        "endpoint_url": env.text("HULK_S3_ENDPOINT", "") or None,
        "region_name": env.text("HULK_S3_REGION", "") or None,
        "access_key": env.text("HULK_S3_ACCESS_KEY", "") or None,
        "secret_key": env.text("HULK_S3_SECRET_KEY", "") or None,
        "addressing_style": env.text("HULK_S3_ADDRESSING", "auto"),
    },
}
STORAGES = {
    "default": EVIDENCE_BUCKET if S3_BUCKET else EVIDENCE_FOLDER,
    "staticfiles": {"BACKEND": env.text("STATICFILES_STORAGE", "hulk_site.static_storage.GzippedStaticFiles")},
}
GOLD_DIR = Path(env.text("HULK_GOLD", str(DATA_DIR / "gold")))
FILE_UPLOAD_TEMP_DIR = env.text("HULK_TMP", "") or None
# Uploads go to a file there, so that memory stays flat; the limits of the edition are checked while they arrive.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 66
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- Static files --------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Verification: the submission row is the job, Celery only rings (RELIABILITY of the row, not of the queue) -------
LEASE_SECONDS = env.number("HULK_LEASE_SECONDS", 30, least=0.5)
SWEEP_SECONDS = env.number("HULK_SWEEP_SECONDS", 10, least=0.5)
MOST_ATTEMPTS = 3
VERIFICATION_SECONDS = env.whole("HULK_VERIFICATION_SECONDS", 600, least=1)
"""The longest that a verification may take on this server, whatever its edition allows."""
DAILY_ATTEMPTS = env.whole("HULK_DAILY_ATTEMPTS", -1, least=-1)
"""Verifications a task, account and UTC day; 0: no limit; -1: what the edition says."""
# What one account may have here at once, 0: any number. On one's own machine so many that nothing meets them.
MOST_WAITING = env.whole("HULK_MOST_WAITING", 10 if HTTPS else 10_000)
MOST_DRAFTS = env.whole("HULK_MOST_DRAFTS", 100 if HTTPS else 10_000)
REDIS_URL = env.text("REDIS_URL")
QUEUE_PREFIX = env.text("HULK_QUEUE_PREFIX", "hulk:")
"""Before every key in Redis."""
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# An edition's own limit ends a verification; these end a worker that no longer listens to it.
CELERY_TASK_SOFT_TIME_LIMIT = VERIFICATION_SECONDS + 30
CELERY_TASK_TIME_LIMIT = VERIFICATION_SECONDS + 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": max(3600, 2 * CELERY_TASK_TIME_LIMIT),
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    "global_keyprefix": QUEUE_PREFIX,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "hulk"
# Couriers have a queue of their own: workers read strangers' files, and have no way out to where mails go.
CELERY_TASK_ROUTES = {f"submissions.jobs.{job}": {"queue": "hulk-outbox"} for job in ("deliver", "call")}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "submissions.jobs.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": 60}},
    "deliver": {"task": "submissions.jobs.deliver", "schedule": SWEEP_SECONDS, "options": {"expires": 60}},
    "call": {"task": "submissions.jobs.call", "schedule": SWEEP_SECONDS, "options": {"expires": 60}},
    "tidy": {"task": "submissions.jobs.tidy", "schedule": timedelta(hours=1), "options": {"expires": 3600}},
    "fixity": {
        "task": "submissions.jobs.check_stored_files",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
}

# --- Accounts ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/submissions/"
ACCOUNT_ADAPTER = "hulk_site.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "hulk_site.accounts.forms.LoginForm",
    "signup": "hulk_site.accounts.forms.SignupForm",
    "change_password": "hulk_site.accounts.forms.ChangePasswordForm",
    "reset_password": "hulk_site.accounts.forms.ResetPasswordForm",
}
ACCOUNT_USERNAME_VALIDATORS = "hulk_site.accounts.names.VALIDATORS"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "HULK: "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_RATE_LIMITS = {
    # Failed sign-ins: by a name or address and its spelling in letters of any case, and by network address.
    "login_failed": "9/5m/ip,4/5m/key",
    "signup": "20/h/ip",
    "reset_password": "20/h/ip,5/m/key",
    # Mails that strangers can have sent to one address.
    "mail": "5/d/key",
    # Invitations are mails to anybody, with a name that their sender has chosen.
    "invite": "20/d/user",
}
SIGNUP_IS_OPEN = env.flag("HULK_SIGNUP", True)
STAFF_SESSION_SECONDS = 8 * 60 * 60
"""A maintainer's sign-in lasts a working day: whoever is in the admin has given password or passkey since."""
# Sign-in limits count by address: how many proxies in front tell it (X-Forwarded-For).
PROXIES = env.whole("HULK_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "hulk_site.accounts.forms.AddKeyForm",
    "login_webauthn": "hulk_site.accounts.forms.LoginWithKeyForm",
}
MFA_TOTP_ISSUER = "HULK"
MFA_TOTP_TOLERANCE = 1
# Browsers allow passkeys without https for localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SOCIALACCOUNT_PROVIDERS = SIGN_IN_WITH
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"

# --- API -----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "hulk_site.accounts.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "hulk_site.paging.Paging",
    "PAGE_SIZE": 25,
    "EXCEPTION_HANDLER": "hulk_site.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_THROTTLE_CLASSES": ["hulk_site.rates.Throttle"],
    "NUM_PROXIES": PROXIES,
}
# Calls of the API a minute, 0: any number. On one's own machine so many that nothing meets them.
RATE_ANONYMOUS = env.whole("HULK_RATE_ANONYMOUS", 600 if HTTPS else 1_000_000)
RATE_USER = env.whole("HULK_RATE_USER", 1_200 if HTTPS else 1_000_000)
RATE_TOKEN = env.whole("HULK_RATE_TOKEN", 1_200 if HTTPS else 1_000_000)
REST_KNOX = {
    "TOKEN_MODEL": "accounts.Token",
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_PREFIX": "hulk_",
    "TOKEN_TTL": timedelta(days=90),
    "AUTO_REFRESH": False,
}
KNOX_TOKEN_MODEL = "accounts.Token"  # noqa: S105 - the name of a model
# knox's own token table would stand beside ours, empty and with a foreign key to people.
MIGRATION_MODULES = {"knox": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "HULK",
    "DESCRIPTION": "Send evidence, read what was found, read the boards. [Examples](/api/examples/) in curl, Python "
    "and with the command. Reads carry an `ETag`; `RateLimit-` headers tell how many calls are left.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "SubmissionStatus": "submissions.models.submissions.Status.choices",
        "EntryStatus": "leaderboard.models.entries.EntryStatus.choices",
        "EvidenceKind": "submissions.models.evidence.KINDS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "hulk_site.schema.add_problems",
    ],
}

# --- Safety --------------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", False)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# W005 and W021 want HSTS for all subdomains and for browsers to ship it. Both reach beyond this site, to names that
# may not speak https, and can hardly be taken back: whoever owns the domain turns them on (HSTS_… in .env.example).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "style-src": [SELF],
        # Plotly fills an empty <style> through CSSOM: this is the hash of the empty string.
        "style-src-elem": [SELF, "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"],
        "style-src-attr": ["'unsafe-inline'"],
        "script-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        # Browsers hold a redirect after a form to this, too: the sign-in at another site begins with one.
        "form-action": [SELF, *(PROVIDER_ADDRESSES[name] for name in SIGN_IN_WITH)],
        "frame-ancestors": [NONE],
    },
}

# --- Language, time, mail, logs ------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
USE_THOUSAND_SEPARATOR = False
# Without an address, mails are files in a folder: `make run` says where they are.
vars().update(env.mail("EMAIL_URL", DATA_DIR / "mail"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", f"HULK <noreply@{urlsplit(PUBLIC_URL).hostname}>")
WEBHOOKS_LOCAL = env.flag("HULK_WEBHOOKS_LOCAL", False) and not HTTPS
"""Whether webhooks may call http:// and 127.0.0.1: to try them out on one machine, never on a public server."""
DAILY_MAILS = env.whole("HULK_DAILY_MAILS", 5)
"""Mails about submissions a person and UTC day, decisions not counted; 0: no limit."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
