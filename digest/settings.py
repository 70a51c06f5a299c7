"""Everything that can be set, read by the parsers of digest/environment; docs/settings.md lists each variable.

With nothing set, the site is local: SQLite, mail as files, secrets of its own, all under `var/`.
"""

import json
import os
import secrets
import sys
import tempfile
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from digest.environment import (
    LOOPBACK,
    bare_address,
    broker,
    choice,
    contact,
    database,
    dkim_key,
    dkim_selector,
    domain_limits,
    family,
    first_day,
    folder,
    for_us_alone,
    from_header,
    imap_login,
    language,
    listed,
    networks,
    one_line,
    own_database,
    required,
    seconds,
    sender,
    sending_limits,
    sign_up_rule,
    signing_key,
    signing_keys,
    site_address,
    smtp_server,
    switch,
    url_path,
    variable,
    web_address,
    webhook_secrets,
    whole_number,
)
from papers import identifiers
from subscriptions.sending import providers

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

# ------------------------------------------------------------------------------------------------ where and who we are

PORT = whole_number("PORT", 8000, 1, 65535)
SITE_URL = site_address("SITE_URL", f"http://localhost:{PORT}")
SITE_NAME = one_line("SITE_NAME", "Paper Route")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
SITE_IDENTITY = SITE_HOST.replace(":", "-")  # in a Message-ID, where an address of IPv6 cannot stand
LOCAL = LOOPBACK.fullmatch(SITE_HOST) is not None
PUBLIC = f"as SITE_URL is public ({SITE_URL})"
DEBUG = switch("DEBUG")
if DEBUG and not LOCAL:
    raise ImproperlyConfigured(f"DEBUG: expected 0 {PUBLIC}, where its pages would show settings to strangers")
DEMO = sys.argv[1:2] == ["demo"]  # The demo has a database of its own, and sends nothing to anyone.

# The site's files; the demo, unless told otherwise, works in a throw-away folder.
THROW_AWAY = DEMO and not variable("VAR_DIR")
VAR_DIR = folder(
    "VAR_DIR", Path(tempfile.mkdtemp(prefix="paper-route-")) if THROW_AWAY else BASE_DIR / "var", BASE_DIR
)
MAIL_DIR, HANDOVER_DIR = VAR_DIR / "mail", VAR_DIR / "handover"
OWN_DATABASE = VAR_DIR / "paper-route.sqlite3"
# As they are made; these may be of a version that let others read them. A folder that VAR_DIR names is the operator's.
for_us_alone(MAIL_DIR, HANDOVER_DIR, *VAR_DIR.glob(f"{OWN_DATABASE.name}*"), *[BASE_DIR / "var"])


def local_secrets() -> dict[str, str]:
    """Made once and kept for this user's eyes only; the first of several processes to start makes them."""
    file = VAR_DIR / "secrets.json"
    made = json.dumps({name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "SUPPRESSION_KEY")})
    draft = VAR_DIR / f"secrets.{os.getpid()}.tmp"
    draft.touch(mode=0o600)
    draft.write_text(made)
    try:
        os.link(draft, file)  # Whole or not at all, and never over an older one.
    except FileExistsError:
        made = file.read_text()
    finally:
        draft.unlink()
    kept: dict[str, str] = json.loads(made)
    return kept


if LOCAL:
    own_secrets = local_secrets()
    SECRET_KEY = variable("SECRET_KEY", own_secrets["SECRET_KEY"])
    SUPPRESSION_KEY = variable("SUPPRESSION_KEY", own_secrets["SUPPRESSION_KEY"])
else:
    SECRET_KEY = signing_key("SECRET_KEY", PUBLIC)
    # Apart from SECRET_KEY, because a block must outlive a change of that key.
    SUPPRESSION_KEY = variable("SUPPRESSION_KEY", SECRET_KEY)
SECRET_KEY_FALLBACKS = signing_keys("SECRET_KEY_FALLBACKS", public=not LOCAL)

HOST = f"[{SITE_HOST}]" if ":" in SITE_HOST else SITE_HOST  # as a Host header has it
ALLOWED_HOSTS = [HOST, "localhost", "127.0.0.1", "[::1]"] if LOCAL else [HOST]
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
OPERATOR_EMAIL = bare_address("OPERATOR_EMAIL")
CONTACT_URL = web_address("CONTACT_URL", SITE_URL)
CONTACT = contact("CONTACT")  # for readers, and for whoever finds a weakness
if not (LOCAL or CONTACT):
    required("CONTACT", f"{PUBLIC}, so that readers can reach you", "you@example.org")
SITE_POSTAL_ADDRESS = variable("SITE_POSTAL_ADDRESS")
SIGNUP = sign_up_rule("SIGNUP")
ADMIN_PATH = url_path("ADMIN_PATH", "admin" if LOCAL else "")

# ------------------------------------------------------------------------------------------------------------ sources

HUGGINGFACE_URL = web_address("HUGGINGFACE_URL", "https://huggingface.co")
HUGGINGFACE_AI_SUMMARIES = switch("HUGGINGFACE_AI_SUMMARIES")  # Their licence is not stated.
ARXIV_RSS_URL = web_address("ARXIV_RSS_URL", "https://rss.arxiv.org")
ARXIV_API_URL = web_address("ARXIV_API_URL", "https://export.arxiv.org")
ARXIV_OAI_URL = web_address("ARXIV_OAI_URL", "https://oaipmh.arxiv.org/oai")
ARXIV_CATEGORIES = listed("ARXIV_CATEGORIES")  # none: all that the topics name
for category in ARXIV_CATEGORIES:
    if not identifiers.is_category(category):
        raise ImproperlyConfigured(f"ARXIV_CATEGORIES: expected categories like cs.CL,stat.ML, found {category!r}")
USER_AGENT = f"PaperRoute/{VERSION} (+{CONTACT_URL}{f'; {OPERATOR_EMAIL}' if OPERATOR_EMAIL else ''})"

ENCODERS = {  # What can understand papers: the record of each (docs/extending.md), loaded when it is needed.
    "light": "papers.search.light.LIGHT",
    "semantic": "papers.search.semantic.MINILM",
    "bge-small": "papers.search.semantic.BGE_SMALL",
    "arctic-xs": "papers.search.semantic.ARCTIC_XS",
    "mpnet": "papers.search.semantic.MPNET",
}
ENCODER = choice("ENCODER", [*ENCODERS])  # checked with ENCODER_PATH by papers.search.encoders
ENCODER_PATH = variable("ENCODER_PATH")

# Told when two papers turn out to be one: (kept's key, gone's key).
PAPERS_JOINED = ["digest.papers_joined.move"]
MY_PAGE = "digest.my_page.MyPage"  # what stands on a reader's own page beside the form
# Told when a paper that was asked for is found: (key it was asked for by, key it has).
PAPERS_FOUND = ["digest.papers_joined.found"]

# ----------------------------------------------------------------------------------------------------------- database

DATABASES: dict[str, Any] = {
    "default": own_database(OWN_DATABASE) if DEMO else database("DATABASE_URL", OWN_DATABASE, BASE_DIR)
}
if DATABASES["default"]["ENGINE"] == "digest.sqlite":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # A writer waits its turn instead of failing half-way.
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA secure_delete=ON; "  # What is deleted is overwritten.
        "PRAGMA mmap_size=1000000000",  # Read where the system holds it: copying pages took half of reading papers.
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ----------------------------------------------------------------------------------------------------- clock and work

REDIS_URL = broker("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ROUTES = {"papers.tasks.*": {"queue": "collecting"}}
CELERY_TASK_DEFAULT_QUEUE = "letters"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # Celery would let a new beat wait a whole round before its first hint.
CELERY_BEAT_SCHEDULE = {
    # Every message is a hint that may be lost or come twice: the tables say what is due. An old hint is worthless.
    name: {"task": task, "schedule": every, "options": {"expires": every}, "last_run_at": LONG_AGO}
    for name, task, every in [  # seconds
        ("tick", "digest.tasks.tick", 60),
        ("watch", "digest.tasks.watch", 60),
        ("prune", "digest.tasks.prune", 3600),
        ("erase", "subscriptions.tasks.erase", 60),
        ("selftest", "digest.tasks.self_test", 60),
        ("drain", "subscriptions.tasks.drain", 5),
        ("collect", "papers.tasks.collect_due", 300),
        ("understand", "papers.tasks.understand", 300),
    ]
}

# --------------------------------------------------------------------------------------------------------------- mail
# All of it in one place: Django 6.1 replaces these settings by one named MAILERS.

ANYMAIL_PROVIDER = variable("ANYMAIL_PROVIDER")
ANYMAIL: dict[str, Any] = {
    name: {"true": True, "false": False}.get(text.lower(), text)  # Anymail takes any text for yes, also "False".
    for name, text in family("ANYMAIL_").items()
    if name != "PROVIDER"
}
ANYMAIL.setdefault("IGNORE_UNSUPPORTED_FEATURES", "True")  # Not every provider takes our tags and our letter's name.
ANYMAIL["WEBHOOK_SECRET"] = webhook_secrets("WEBHOOK_SECRET")
EMAIL_URL = variable("EMAIL_URL")
if EMAIL_URL and ANYMAIL_PROVIDER:
    raise ImproperlyConfigured("EMAIL_URL: expected without ANYMAIL_PROVIDER, as letters go one way, found both")
EMAIL_TIMEOUT = 30
if DEMO or not (ANYMAIL_PROVIDER or EMAIL_URL):
    if not (DEMO or LOCAL):
        required("EMAIL_URL", f"(or ANYMAIL_PROVIDER) {PUBLIC}", "smtp://user:password@mail.example.org:587")
    SENDER = "subscriptions.sending.senders.Files"
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # Nothing but the sender above sends mail.
elif ANYMAIL_PROVIDER:
    SENDER = "subscriptions.sending.anymail.Anymail"
    EMAIL_BACKEND = providers.named(ANYMAIL_PROVIDER).backend
    if not providers.named(ANYMAIL_PROVIDER).is_known():
        raise ImproperlyConfigured(f"ANYMAIL_PROVIDER: expected a name like postmark, found {ANYMAIL_PROVIDER!r}")
else:
    SENDER = "subscriptions.sending.smtp.Smtp"
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    globals().update(smtp_server("EMAIL_URL"))
DKIM_SELECTOR, DKIM_KEY = dkim_selector("DKIM_SELECTOR"), dkim_key("DKIM_KEY")
if bool(DKIM_SELECTOR) != bool(DKIM_KEY):
    raise ImproperlyConfigured("DKIM_SELECTOR and DKIM_KEY: expected both, or neither")
if DKIM_KEY and SENDER != "subscriptions.sending.smtp.Smtp":
    raise ImproperlyConfigured("DKIM_KEY: expected with EMAIL_URL alone, as providers sign by themselves")
# How far the site's clock is from the machine's: papers/site_clock.py. Nobody is to get a letter of another day.
CLOCK_AHEAD = seconds("CLOCK_AHEAD")
if CLOCK_AHEAD and not (LOCAL and SENDER.endswith(".Files")):
    raise ImproperlyConfigured("CLOCK_AHEAD: expected on a local site alone, whose mail goes to files")
if LOCAL:
    unless_set = from_header(SITE_NAME, "letters@localhost")
    DEFAULT_FROM_EMAIL = sender("DEFAULT_FROM_EMAIL", variable("DEFAULT_FROM_EMAIL")) or unless_set
else:
    example = f"'{from_header(SITE_NAME, f'letters@{SITE_HOST}')}'"
    DEFAULT_FROM_EMAIL = sender("DEFAULT_FROM_EMAIL", required("DEFAULT_FROM_EMAIL", PUBLIC, example))
# Of letters that their readers asked for, where mailing lists are sent under a domain of their own.
TRANSACTIONAL_FROM_EMAIL = sender("TRANSACTIONAL_FROM_EMAIL", variable("TRANSACTIONAL_FROM_EMAIL"))
# How many letters are handed over between two commits: what a crash of the machine may leave uncertain, against a
# commit a chunk. A killed process leaves at most one a connection uncertain, as it notes down what it offers.
HANDOVER_CHUNK = whole_number("HANDOVER_CHUNK", 100, 1, 1000)
SENDER_CONNECTIONS = whole_number("SENDER_CONNECTIONS", 4, 1, 100)  # to the mail server or provider, of each process
SEND_LIMITS = sending_limits("SEND_LIMITS")
DOMAIN_LIMITS = domain_limits("DOMAIN_LIMITS")
WARM_UP = first_day("WARM_UP")  # on which 500 letters may leave; on each day after it twice as many as on the last
SELF_TEST_ADDRESS = "" if DEMO else bare_address("SELF_TEST_ADDRESS")
SELF_TEST_IMAP = imap_login("SELF_TEST_IMAP")
reports_arrivals = ANYMAIL["WEBHOOK_SECRET"] and providers.named(ANYMAIL_PROVIDER).reports()
if SELF_TEST_ADDRESS and not (SELF_TEST_IMAP or reports_arrivals):
    raise ImproperlyConfigured(
        "SELF_TEST_ADDRESS: expected with SELF_TEST_IMAP, like imaps://user:password@imap.example.org, or with a "
        "provider that reports what arrives (ANYMAIL_PROVIDER and WEBHOOK_SECRET)"
    )
LETTERS = {  # Each kind of letter, and its record: what composes it, and how it is treated.
    "confirm": "subscriptions.composing.CONFIRM",
    "manage": "subscriptions.composing.MANAGE",
    "goodbye": "subscriptions.composing.GOODBYE",
    "moving": "subscriptions.composing.MOVING",
    "address": "subscriptions.composing.ADDRESS",
    "welcome": "digest.letters.composing.WELCOME",
    "digest": "digest.letters.composing.DIGEST",
    "operator": "digest.watching.alarms.OPERATOR",
    "selftest": "digest.watching.selftest.LETTER",
}

# ------------------------------------------------------------------------------------------------------------- Django

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "csp",
    "anymail",
    "axes",
    "papers",
    "subscriptions",
    "digest",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "digest.serving.static_files.HashedFiles",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "digest.serving.pages.PageCache",
    "digest.serving.language.SiteLanguage",
    "csp.middleware.CSPMiddleware",
    "digest.permissions.PermissionsPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "subscriptions.request_sizes.RequestSizes",
    "subscriptions.cross_site.NoCrossSite",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "digest.serving.away.DatabaseAway",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "digest.urls"
WSGI_APPLICATION = "digest.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["papers.templatetags.languages"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "papers.views.frame.site",
            ],
        },
    }
]
FILE_UPLOAD_HANDLERS: list[str] = []  # No form of ours has a file, and Django would write it before any view is asked.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000  # bytes that any view may take; most take less: see RequestSizes
PAGES_KEPT = 32_000_000  # bytes of public pages in the memory of each process that serves them
CARDS_KEPT = 8_000_000  # bytes, besides
CPU_OF_A_NETWORK = (20.0, 0.5)  # seconds at once, and each second, of each process: for pages that are not in memory
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "digest.serving.static_files.HashedNames"},
}
WHITENOISE_USE_FINDERS = True  # A handful of small files, served from the rooms: no collectstatic step anywhere.
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = language("LANGUAGE")  # of pages and letters; papers are in English
LOCALE_PATHS = [BASE_DIR / "digest" / "locale"]
FORMAT_MODULE_PATH = "digest.formats"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"  # where a language has none of its own

# ----------------------------------------------------------------------------------------------------------- security

HTTPS = SITE_URL.startswith("https:")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_SSL_REDIRECT = HTTPS and not LOCAL
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS and not LOCAL else 0
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # The operator's other sub-domains are not ours to bind.
# Links carry tokens, which no other site shall see. Under "no-referrer" browsers would send our own forms with
# "Origin: null", which the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"  # An hour's visit leaves no row behind.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 3600
if HTTPS:  # Browsers take a cookie so named from this host alone, by TLS alone (RFC 6265bis, 4.1.3.2).
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # without a cookie of its own
CSRF_FAILURE_VIEW = "subscriptions.views.cookie_missing"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
# Signing in to the admin: wrong passwords are counted by network, and kept as keyed hashes for a day at most.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_LOCKOUT_PARAMETERS, AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME = ["ip_address"], 10, timedelta(minutes=15)
AXES_CLIENT_IP_CALLABLE, AXES_USERNAME_CALLABLE = "digest.admin_login.network", "digest.admin_login.name"
AXES_RESET_ON_SUCCESS, AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = True, False
AXES_DISABLE_ACCESS_LOG, AXES_ENABLE_ADMIN, AXES_VERBOSE = True, False, False
AXES_LOCKOUT_TEMPLATE = "locked_out.html"

# The script that pages have in themselves, to the byte.
READING = sha256((BASE_DIR / "papers/static/papers/reading.js").read_bytes()).digest()
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "style-src": [SELF],
        "script-src": [SELF, f"'sha256-{b64encode(READING).decode()}'"],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "digest.logs.WithoutTokens", "format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "filters": {"clients": {"()": "digest.logs.ClientErrors"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["clients"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING" if DEMO else "INFO"},
    # Without handlers of their own, as Django gives them: those would show tokens.
    "loggers": {name: {"level": "INFO", "propagate": True} for name in ("django", "django.server")},
}
