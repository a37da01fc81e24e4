"""Settings, read from the environment; each one has a heading in docs/settings.md."""

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from config import native

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("GRIDWALK_DATA_DIR", BASE_DIR / ".data"))


def _flag(name: str, default: bool) -> bool:
    """A yes or no; a misspelt yes must not quietly turn HTTPS off."""
    word = os.environ.get(name, "").strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    if word:
        raise ImproperlyConfigured(f"{name} is {word!r}: write on or off.")
    return default


def _whole(name: str, default: int, unit: str) -> int:
    try:
        return int(os.environ.get(name) or default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number of {unit}.") from error


def _words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _secret_key() -> str:
    """The key from the environment, else the one that ./run keeps beside the private database."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    kept = DATA_DIR / "secret_key"
    if kept.exists():
        return kept.read_text(encoding="ascii").strip()
    return "only-for-commands-" + "0" * 50


def _encryption_keys() -> list[str]:
    """The keys from the environment, else those that ./run keeps; the first one encrypts."""
    if keys := _words("ENCRYPTION_KEYS"):
        return keys
    kept = DATA_DIR / "encryption_keys"
    return kept.read_text(encoding="ascii").split() if kept.exists() else []


GDAL_LIBRARY_PATH = native.GDAL_LIBRARY_PATH
GEOS_LIBRARY_PATH = native.GEOS_LIBRARY_PATH

#: Whether this process answers browsers (config/wsgi.py says so); commands and jobs do not.
SERVING = os.environ.get("GRIDWALK_PROCESS") == "web"

DEBUG = _flag("DEBUG", default=False)
SECRET_KEY = _secret_key()
#: For contact details and secrets at rest; several while they are being changed.
ENCRYPTION_KEYS = _encryption_keys()
ALLOWED_HOSTS = _words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    # Before "accounts", which takes their pages out of the administration.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "fixtures",
    "publish",
    "sync",
    "rounds",
    "handover",
    "households",
    "patrols",
    "cases",
    "streetlights",
    "grid",
    "accounts",
    "api",
    "map_static",
    "leaflet",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "pgtrigger",
    "pghistory",
    "pghistory.admin",
    "procrastinate.contrib.django",
    "config.apps.GridwalkAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.gis",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "api.middleware.RefuseUnstorable",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.NoteSession",
    "grid.second_factor.RequireSecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    # django-allauth's second factor will not start without its own; none of its pages is served.
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "map_static.look.look",
                "households.links.care",
                "sync.links.tablet",
                "sync.waiting.tablets",
            ]
        },
    }
]


#: Many small answers at once: PostgreSQL's workers cost more than they bring, and so does planning
#: the same tile anew (only prepared statements are touched by the second).
QUIET_PLANNER = (
    "-c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan -c jit=off"
)


def _database() -> dict[str, object]:
    """The one database; what serves signs in as the role that owns nothing, where there is one."""
    url = os.environ.get("DATABASE_URL", "postgresql:///gridwalk")
    if SERVING:
        url = os.environ.get("DATABASE_WEB_URL", url)
    try:
        parts = conninfo_to_dict(url)
    except Exception as error:
        raise ImproperlyConfigured("DATABASE_URL is not a PostgreSQL address.") from error
    named = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    database: dict[str, object] = {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "ATOMIC_REQUESTS": True,
        **{key: str(parts.pop(name, "")) for name, key in named.items()},
    }
    options: dict[str, object] = {key: value for key, value in parts.items() if value is not None}
    if SERVING:
        options["pool"] = {"min_size": 1, "max_size": _whole("DATABASE_POOL", 8, "connections")}
        options["options"] = f"{options.get('options', '')} {QUIET_PLANNER}".strip()
    database["OPTIONS"] = options
    return database


DATABASES = {"default": _database()}
#: Finished map tiles that each web process keeps in memory; 0 keeps none.
TILES_KEPT = _whole("TILES_KEPT", 3000, "tiles")
#: Open maps that each web process tells of changes at once; 0 tells none, they ask once a minute.
LIVE_STREAMS = _whole("LIVE_STREAMS", 24, "maps")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Finished tiles, about 10 kB each, in every web process; their keys name their content.
    "tiles": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache"
        if TILES_KEPT
        else "django.core.cache.backends.dummy.DummyCache",
        "LOCATION": "tiles",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": TILES_KEPT},
    },
    # Packages of cells that tablets fetch, up to some 200 kB each; their keys name their content.
    "packages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "packages",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 100},
    },
    # Figures of communities, some 5 kB each; their keys name their content.
    "figures": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "figures",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Member"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "grid.administrators.AdministratorBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 14},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "map"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "api.sender.address_of"
# Beside the field "password", which is never written down.
AXES_SENSITIVE_PARAMETERS = ["old", "new_password1", "new_password2", "code"]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

#: Who holds one of these roles signs in with a second factor; empty asks it of nobody.
SECOND_FACTOR_ROLES = _words("SECOND_FACTOR_ROLES", "coordinator,leader,auditor,administrator")
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Gridwalk"
# The code of the half minute before and after is good, too: clocks differ.
MFA_TOTP_TOLERANCE = 1
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
#: Sessions end after two weeks; those with a second factor earlier (accounts/sessions.py).
SESSION_COOKIE_AGE = 14 * 24 * 3600

LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "gridwalk_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = (
    [("npm", BASE_DIR / "node_modules")] if (BASE_DIR / "node_modules").exists() else []
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Photos are served by a view that checks who asks, so there is no address of the folder.
    "photos": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": os.environ.get("PHOTOS_DIR") or DATA_DIR / "photos",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    # Archived coverage reports, as private as photos.
    "reports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": os.environ.get("REPORTS_DIR") or DATA_DIR / "reports",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# Behind TLS (HTTPS=on) cookies and redirects are strict; on http://localhost they cannot be.
HTTPS = _flag("HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# Browsers take a cookie of such a name over TLS only, and from no neighbouring host.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
LANGUAGE_COOKIE_SECURE = HTTPS
BEHIND_PROXY = _flag("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "api.handlers.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# Files of homes and photos are not written to the machine's temporary folder in the clear: the
# whole request of the largest that is taken stays in memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 11 * 1024 * 1024

#: External base maps for the map's layer switch, a JSON list in BASE_MAPS; see docs/settings.md.
BASE_MAPS = os.environ.get("BASE_MAPS", "[]")
BASE_MAP_HOSTS = _words("BASE_MAP_HOSTS")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *BASE_MAP_HOSTS],
        "style-src": [SELF],
        # The nonce is for the map page's import map, which browsers read only inline.
        "script-src": [SELF, NONCE],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LEAFLET_CONFIG = {"DEFAULT_CENTER": (24.94, 60.17)[::-1], "DEFAULT_ZOOM": 14, "TILES": []}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "api.pagination.Pages",
    "EXCEPTION_HANDLER": "api.handlers.handle",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Gridwalk API",
    "DESCRIPTION": "Which metres of street were walked, how long ago, and who is responsible here.",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    # Where two kinds of thing have a field of the same name with other choices.
    "ENUM_NAME_OVERRIDES": {
        "DivisionStateEnum": "grid.models.Division.State",
        "AreaLevelEnum": ["city", "district", "subdistrict", "community", "cell"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema.summarise",
        "api.schema.describe_errors",
    ],
}

#: Who did it is noted beside history; reading makes none, and the note costs every query a little.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

#: Rows that replace those of grid.osm.rules.RULE, like "highway=track:walk,highway=platform:duty".
OSM_DUTY_RULE = dict(word.rpartition(":")[::2] for word in _words("OSM_DUTY_RULE"))

#: Raw positions are deleted after so many days; boundaries.md allows 60 at most.
TRACK_RETENTION_DAYS = _whole("TRACK_RETENTION_DAYS", 30, "days")
#: What tablets send of a walk: "tracks", the positions, or "metres", only the stretches walked.
TRACK_MODE = os.environ.get("TRACK_MODE", "tracks").strip().lower()
#: What tablets sent and could not be taken in is deleted after so many days.
QUARANTINE_RETENTION_DAYS = _whole("QUARANTINE_RETENTION_DAYS", 90, "days")
#: Of households (households/retention.py): days after a plan's end, after a household withdrew,
#: after a household's last plan ran out, and after somebody looked.
PLAN_RETENTION_DAYS = _whole("PLAN_RETENTION_DAYS", 365, "days")
WITHDRAWN_RETENTION_DAYS = _whole("WITHDRAWN_RETENTION_DAYS", 30, "days")
HOUSEHOLD_RETENTION_DAYS = _whole("HOUSEHOLD_RETENTION_DAYS", 90, "days")
ACCESS_RETENTION_DAYS = _whole("ACCESS_RETENTION_DAYS", 730, "days")
#: Days for which archived coverage reports are kept; 0 for good.
REPORT_RETENTION_DAYS = _whole("REPORT_RETENTION_DAYS", 0, "days")

#: Whose public holidays count, and the hours of work in a working day: due times count only these.
WORK_COUNTRY = os.environ.get("WORK_COUNTRY", "CN")
WORK_HOURS = os.environ.get("WORK_HOURS", "09:00-12:00,13:00-18:00")

#: Mail to residents who asked for news; without a host there is none.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = _whole("EMAIL_PORT", 587, "1 to 65535")
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
# Port 465 speaks TLS from the first byte, others after the greeting.
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_USE_TLS = not EMAIL_USE_SSL and _flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "")
#: How residents reach this server, for links in mail: jobs have no request to read it from.
SITE_URL = os.environ.get("SITE_URL", "").rstrip("/")

#: What a program with a token may ask within a minute, and how long the database works on it.
OGC_REQUESTS_PER_MINUTE = _whole("OGC_REQUESTS_PER_MINUTE", 1200, "requests")
OGC_SECONDS = _whole("OGC_SECONDS", 10, "seconds")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_ids": {"()": "config.logs.WithoutIds"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_ids"],
        }
    },
    # It warns of every request that leaves a parameter out, and calls each refusal an error.
    "loggers": {"pygeoapi": {"level": "CRITICAL"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}

SILENCED_SYSTEM_CHECKS: list[str] = []
