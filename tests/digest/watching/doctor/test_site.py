"""What the doctor finds on the machine and in what the site works with."""

import os
from datetime import timedelta
from email.utils import format_datetime

import pytest
import redis
from django.core.management import call_command
from django.utils import timezone
from kombu import Connection

from digest.environment.stores import broker, own_database
from digest.models import Heartbeat
from digest.watching import heartbeat
from digest.watching.doctor import machine
from digest.watching.doctor.base import Level
from tests import servers
from tests.digest.environment.odd import CODED, PASSWORD
from tests.digest.test_doors import started
from tests.digest.watching.doctor.examined import found, is_well, only_red
from tests.factories import make_letter
from tests.farend import FarEnd

pytestmark = pytest.mark.one_database
MINUTE = timedelta(minutes=1)


def examined(folder, **variables):
    """The whole examination, in a process of its own."""
    return started(folder, "manage.py", "doctor", **variables)


def test_a_database_that_does_not_answer_leaves_what_leans_on_it_open(tmp_path):
    done = examined(tmp_path, DATABASE_URL="postgresql://ada:tell-no-one@127.0.0.1:9/name")

    assert done.returncode == 1
    assert "RED   database: It does not answer: " in done.stdout
    assert "      DATABASE_URL=postgresql://user:password@host/name\n" in done.stdout
    assert "?     work: cannot be told until the database is well\n" in done.stdout
    assert done.stdout.count(" database: ") == 1
    assert "mail server: " in done.stdout
    assert "no-one" not in done.stdout + done.stderr


def test_a_new_site_is_told_to_migrate_and_to_run(tmp_path):
    done = examined(tmp_path, DATABASE_URL="")

    assert done.returncode == 1
    assert "migrations of this version.\n      python manage.py migrate\n" in done.stdout


def test_a_database_that_is_none(tmp_path):
    (tmp_path / "site.sqlite3").write_text("no database, " * 100)

    done = examined(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/site.sqlite3")

    assert "RED   database: It does not answer: file is not a database" in done.stdout


def test_settings_that_cannot_be_read_are_the_first_thing_to_mend(tmp_path):
    done = examined(tmp_path, EMAIL_URL="smtp://ada@mail.example.org")

    assert done.returncode == 1
    assert done.stderr.startswith("EMAIL_URL: expected ")


# ---------------------------------------------------------------------------------------------------------------- work


@pytest.mark.django_db
def test_a_site_that_never_planned_anything():
    assert "Nothing has planned letters yet" in only_red("work").says


@pytest.mark.django_db
def test_a_site_whose_clock_has_stopped(settings):
    heartbeat.beat(Heartbeat.TICK, timezone.now() - 6 * MINUTE)

    assert "Nothing has planned letters since " in only_red("work").says


@pytest.mark.django_db
def test_letters_that_wait_and_what_was_said_of_one():
    heartbeat.beat(Heartbeat.TICK, timezone.now())
    make_letter(at=timezone.now() - 16 * MINUTE, last_answer="451 4.3.2 later")

    assert only_red("work").says.endswith("of one was said: 451 4.3.2 later.")


@pytest.mark.django_db
def test_a_site_that_plans_and_sends_is_well():
    call_command("tick")

    assert is_well("work")
    assert is_well("database")


def test_a_redis_that_is_not_there(settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{servers.free_port()}/0"

    assert "It does not answer" in only_red("Redis").says


def test_a_redis_that_knows_no_such_password(settings):
    server = servers.Redis(servers.programs(servers.REDIS))
    with redis.Redis.from_url(server.url) as client:
        client.config_set("requirepass", "another")
    settings.REDIS_URL = server.url.replace("redis://", "redis://:tell-no-one@")

    finding = only_red("Redis")

    assert "refuses the password" in finding.says
    assert "no-one" not in finding.says + finding.paste


def test_a_password_that_was_percent_encoded_is_the_one_that_redis_is_told(settings, monkeypatch):
    server = servers.Redis(servers.programs(servers.REDIS))
    with redis.Redis.from_url(server.url) as client:
        client.config_set("requirepass", PASSWORD)
    settings.REDIS_URL = server.url.replace("redis://", f"redis://:{CODED}@")
    monkeypatch.setenv("ADDRESS", settings.REDIS_URL)

    with Connection(broker("ADDRESS")) as celerys:
        celerys.ensure_connection(max_retries=1, timeout=10)

    assert is_well("Redis")


def test_a_redis_that_answers_and_none_are_well(settings):
    settings.REDIS_URL = ""
    without = is_well("Redis")
    settings.REDIS_URL = servers.redis_url()

    assert without
    assert is_well("Redis")


# ------------------------------------------------------------------------------------------------------------- machine


@pytest.fixture
def var_dir(settings, tmp_path):
    """A folder of this test, closed to others, with a database in it."""
    settings.VAR_DIR, settings.MAIL_DIR, settings.BASE_DIR = tmp_path, tmp_path / "mail", tmp_path
    settings.DATABASES = {"default": own_database(tmp_path / "paper-route.sqlite3")}
    (tmp_path / "paper-route.sqlite3").touch(mode=0o600)
    tmp_path.chmod(0o700)
    return tmp_path


def test_a_disk_that_is_nearly_full(var_dir, monkeypatch):
    monkeypatch.setattr(machine, "LEAST_FREE", 10**18)

    reds = [finding for finding in found("disk") if finding.level == Level.RED]

    assert any(finding.says.startswith(f"{var_dir} has ") for finding in reds)
    assert all(finding.paste.startswith("du ") for finding in reds)


@pytest.mark.parametrize(("name", "mode"), [("", "700"), ("paper-route.sqlite3", "600"), (".env", "600")])
def test_files_that_others_can_read(var_dir, name, mode):
    path = var_dir / name
    path.touch() if name else None
    path.chmod(0o755)

    finding = only_red("permissions")
    os.system(finding.paste)

    assert finding.paste == f"chmod {mode} {path}"
    assert is_well("permissions")


def test_every_page_of_a_site_on_https_that_believes_no_proxy_redirects_to_itself(settings):
    settings.SECURE_SSL_REDIRECT, settings.TRUSTED_PROXIES = True, []

    assert only_red("settings").paste == "TRUSTED_PROXIES=127.0.0.1"


def test_a_public_site_without_tls_or_without_an_operator_is_warned(settings):
    settings.LOCAL, settings.HTTPS, settings.OPERATOR_EMAIL = False, False, ""
    settings.SITE_POSTAL_ADDRESS = "1 Quiet Lane"

    assert [finding.level for finding in found("settings")] == [Level.WARNING] * 2


# ------------------------------------------------------------------------------------------------------------- sources

PLACES = ("HUGGINGFACE_URL", "ARXIV_RSS_URL", "ARXIV_OAI_URL", "ARXIV_API_URL")


@pytest.fixture
def far_end(settings, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with FarEnd() as far_end:
        for name in PLACES:
            setattr(settings, name, far_end.url)
        yield far_end


@pytest.mark.django_db
def test_sources_that_can_be_reached_are_well(far_end):
    assert is_well("sources")


@pytest.mark.django_db
def test_a_source_that_cannot_be_reached(far_end, settings):
    settings.ARXIV_RSS_URL = f"http://127.0.0.1:{servers.free_port()}"

    assert "cannot be reached" in only_red("sources").says


@pytest.mark.django_db
def test_a_clock_that_is_wrong(far_end):
    told = timezone.now() + timedelta(hours=1)
    far_end.answers("/", headers={"Date": format_datetime(told, usegmt=True)})

    assert "clock" in only_red("clock").says
    assert only_red("clock").paste == "timedatectl set-ntp true"
