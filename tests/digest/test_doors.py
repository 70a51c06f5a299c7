"""The doors that refuse to open on bad settings, each with one sentence."""

import os
import re
import runpy
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests import servers
from tests.paths import ROOT

pytestmark = pytest.mark.one_database
PATIENCE = 60  # seconds until what a test waits for counts as lost
PUBLIC = {
    "SITE_URL": "https://papers.example.org",
    "SECRET_KEY": "nothing-that-anyone-could-guess-" * 2,
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "DEFAULT_FROM_EMAIL": "letters@papers.example.org",
    "CONTACT": "you@example.org",
}
NOWHERE = "redis://127.0.0.1:9/0"


def started(folder, *command, **variables):
    """A command of ours under these variables alone; it is expected to end by itself."""
    environment = os.environ | {"VAR_DIR": str(folder)} | variables
    environment = {name: value for name, value in environment.items() if value}
    command = [sys.executable, *(command or ("manage.py", "check"))]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)


def only_sentence(done):
    """The one sentence with which a command refused to start."""
    assert done.returncode == 1, done.stderr
    [sentence] = done.stderr.splitlines()
    assert done.stdout == ""
    return sentence


REQUIRED = {
    "SECRET_KEY": r"SECRET_KEY=\$\(openssl rand -base64 48\)",
    "EMAIL_URL": r"EMAIL_URL=smtp://user:password@mail\.example\.org:587",
    "DEFAULT_FROM_EMAIL": r"DEFAULT_FROM_EMAIL='Paper Route <letters@papers\.example\.org>'",
    "CONTACT": r"CONTACT=you@example\.org",
}


@pytest.mark.parametrize("name", REQUIRED)
def test_a_public_site_without_a_required_variable_says_which_and_what_would_do(name, tmp_path):
    sentence = only_sentence(started(tmp_path, **PUBLIC | {name: ""}))

    assert re.fullmatch(rf"{name} .*must be set .*, for example {REQUIRED[name]}", sentence)


WEB, WORKER, BEAT = (
    ("manage.py", "run"),
    ("-m", "celery", "-A", "digest", "worker"),
    ("-m", "celery", "-A", "digest", "beat"),
)


@pytest.mark.parametrize("command", [WEB, WORKER, BEAT], ids=["web", "worker", "beat"])
def test_every_process_refuses_bad_settings_with_the_same_sentence(command, tmp_path):
    sentence = only_sentence(started(tmp_path, *command, **PUBLIC | {"SECRET_KEY": "", "REDIS_URL": NOWHERE}))

    assert sentence.startswith("SECRET_KEY must be set as SITE_URL is public (https://papers.example.org)")


def test_a_site_on_https_that_would_redirect_each_page_to_itself_is_not_served(tmp_path):
    public = PUBLIC | {"SITE_POSTAL_ADDRESS": "1 Example Street", "TRUSTED_PROXIES": ""}

    sentence = only_sentence(started(tmp_path, *WEB, **public))

    assert "TRUSTED_PROXIES: expected the proxy that speaks HTTPS at https://papers.example.org" in sentence


@pytest.mark.parametrize(
    ("name", "value", "would_do"),
    [
        ("PORT", "eighty", "from 1 to 65535"),
        ("PORT", "65536", "from 1 to 65535"),
        ("SITE_URL", "papers.example.org", "https://papers.example.org"),
        ("SITE_URL", "http://localhost:eighty", "https://papers.example.org"),
        ("SITE_URL", "http://[::1", "https://papers.example.org"),
        ("SITE_URL", "http://ada:tell-no-one@localhost", "https://papers.example.org"),
        ("DATABASE_URL", "tell-no-one", "postgresql://user:password@host/name"),
        ("DATABASE_URL", "mysql://ada:tell-no-one@localhost/name", "postgresql://user:password@host/name"),
        ("DATABASE_URL", "oops://ada:tell-no-one@localhost/name", "postgresql://user:password@host/name"),
        ("DATABASE_URL", "postgresql://ada:tell-no-one@localhost:port/name", "postgresql://user:password@host/name"),
        ("DATABASE_URL", "postgresql://ada:tell-no-one/@localhost/name", "postgresql://user:password@host/name"),
        ("REDIS_URL", "localhost", "redis://localhost:6379/0"),
        ("REDIS_URL", "redis://:tell-no-one/@localhost/0", "redis://localhost:6379/0"),
        ("EMAIL_URL", "tell-no-one", "smtp://user:password@mail.example.org:587"),
        ("EMAIL_URL", "smtp://ada:tell-no-one@localhost:port", "smtp://user:password@mail.example.org:587"),
        ("EMAIL_URL", "smtp://ada:tell-no-one/@localhost", "smtp://user:password@mail.example.org:587"),
        ("EMAIL_URL", "smtp://ada:tell-no-one@[localhost", "smtp://user:password@mail.example.org:587"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy", "10.0.0.0/8"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "10.0.0.0/8"),
        ("OPERATOR_EMAIL", "Ada <ada@example.org>", "you@example.org"),
        ("OPERATOR_EMAIL", "ada@example.org, bo@example.org", "you@example.org"),
        ("SELF_TEST_ADDRESS", "Ada <ada@example.org>", "you@example.org"),
        ("SELF_TEST_ADDRESS", "ada@example.org", "with SELF_TEST_IMAP, like imaps://user:password@imap.example.org"),
        ("SELF_TEST_IMAP", "tell-no-one", "imaps://user:password@imap.example.org"),
        ("SELF_TEST_IMAP", "https://ada:tell-no-one@localhost", "imaps://user:password@imap.example.org"),
        ("SELF_TEST_IMAP", "imaps://ada:tell-no-one/@localhost", "imaps://user:password@imap.example.org"),
        ("SELF_TEST_IMAP", "imaps://tell-no-one@localhost", "a user and a password"),
        ("SELF_TEST_IMAP", "imaps://ada:tell-no-one%0D%0A@localhost", "a user and a password, both in ASCII"),
        ("SELF_TEST_IMAP", "imaps://ada:tell-no-one-%C3%A9@localhost", "a user and a password, both in ASCII"),
        ("SELF_TEST_IMAP", "imap://ada:tell-no-one@imap.example.org", "imaps://, as imap:// would show the password"),
        ("WEBHOOK_SECRET", "tell-no-one-of-this-secret", "like provider:"),
        ("WEBHOOK_SECRET", "provider:no-one", "at least 16 characters"),
        ("WEBHOOK_SECRET", "provider:a-password-of-today,no-one", "several with commas between"),
        ("DEBUG", "perhaps", "expected 1 or 0"),
        ("CLOCK_AHEAD", "yesterday", "a number of seconds like -8812800"),
        ("CLOCK_AHEAD", "1e12", "a number of seconds like -8812800"),
        ("VAR_DIR", __file__, "a folder that can be written"),
        ("SECRET_KEY_FILE", "/nowhere/tell", "a readable file"),
    ],
)
def test_a_variable_that_cannot_be_understood_is_named_and_its_password_is_not(name, value, would_do, monkeypatch):
    monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(ROOT / "digest" / "settings.py"))

    assert str(refused.value).startswith(f"{name}: expected ")
    assert would_do in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert "no-one" not in str(refused.value)


def test_a_database_that_does_not_answer_is_named_and_its_password_is_not(tmp_path):
    nobody = "postgresql://ada:tell-no-one@127.0.0.1:9/name"

    sentence = only_sentence(started(tmp_path, "manage.py", "run", DATABASE_URL=nobody, PORT=str(servers.free_port())))

    assert sentence.startswith("CommandError: DATABASE_URL: expected a database that answers, found: ")
    assert "no-one" not in sentence


def test_a_secret_may_be_in_a_file_which_then_counts(tmp_path):
    (tmp_path / "key").write_text(f"of-the-file-{PUBLIC['SECRET_KEY']}\n")
    secrets = {"SECRET_KEY": "of-the-variable", "SECRET_KEY_FILE": str(tmp_path / "key"), "EMAIL_URL": ""}
    (tmp_path / "token").write_text("of-the-provider\n")
    secrets |= {"ANYMAIL_PROVIDER": "postmark", "ANYMAIL_POSTMARK_SERVER_TOKEN_FILE": str(tmp_path / "token")}
    shows = "from django.conf import settings; print(settings.SECRET_KEY, settings.ANYMAIL['POSTMARK_SERVER_TOKEN'])"

    done = started(tmp_path, "-c", shows, **PUBLIC | secrets)

    assert done.stdout == f"of-the-file-{PUBLIC['SECRET_KEY']} of-the-provider\n"
