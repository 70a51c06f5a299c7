"""What a careless operator leaves open: files that others can read, pages without TLS, cookies of other hosts."""

import os
import runpy
import stat

import pytest
from django.utils import timezone

from subscriptions.sending import post
from tests.digest.environment.odd import PUBLIC
from tests.digest.test_doors import started
from tests.factories import make_letter
from tests.paths import ROOT

pytestmark = pytest.mark.one_database


@pytest.fixture
def generous_umask():
    """Under which whatever nobody took care of can be read by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder):
    """What lies in a folder, itself too, that anyone but its owner may read, write or enter."""
    return [path for path in (folder, *folder.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]


def test_what_a_site_makes_is_for_its_own_user_alone(tmp_path, generous_umask):
    folder = tmp_path / "var"

    done = started(tmp_path, "manage.py", "migrate", VAR_DIR=str(folder), DATABASE_URL="")

    assert done.returncode == 0, done.stderr
    assert (folder / "paper-route.sqlite3").is_file()
    assert open_to_others(folder) == []


def test_a_database_named_by_its_address_is_made_for_its_own_user_alone(tmp_path, generous_umask):
    file = tmp_path / "named.sqlite3"

    started(tmp_path, "manage.py", "migrate", DATABASE_URL=f"sqlite:///{file}")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.django_db
def test_letters_in_files_are_for_its_own_user_alone(mailbox, settings, tmp_path, generous_umask):
    settings.HANDOVER_DIR = tmp_path / "handover"
    make_letter(at=timezone.now())

    post.drain(timezone.now())

    assert len(list(mailbox.glob("*.eml"))) == 1
    assert open_to_others(mailbox) + open_to_others(settings.HANDOVER_DIR) == []


def test_what_an_earlier_version_left_open_is_closed_at_the_next_start(tmp_path, generous_umask):
    tmp_path.chmod(0o755)
    (tmp_path / "mail").mkdir()
    for name in ("paper-route.sqlite3", "paper-route.sqlite3-wal"):
        (tmp_path / name).touch()

    started(tmp_path, "manage.py", "check", DATABASE_URL="")

    assert open_to_others(tmp_path) == [tmp_path]  # A folder that VAR_DIR names is its operator's own.


def test_what_a_link_leads_to_keeps_its_mode(tmp_path, generous_umask):
    (tmp_path / "shared").mkdir()
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "mail").symlink_to(tmp_path / "shared")

    started(tmp_path, "manage.py", "check", VAR_DIR=str(tmp_path / "var"))

    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o777


# --------------------------------------------------------------------------------------------------------------- https


def test_a_public_site_without_tls_is_warned_of_at_each_start(tmp_path):
    done = started(tmp_path, **PUBLIC | {"SITE_URL": "http://papers.example.org"})

    assert done.returncode == 0
    assert "SITE_URL: expected https:// on a public site, found http://papers.example.org" in done.stderr
    assert "SITE_URL=https://papers.example.org" in done.stderr


@pytest.mark.deep
@pytest.mark.parametrize("variables", [PUBLIC, {}], ids=["https", "local"])
def test_others_are_not(variables, tmp_path):
    done = started(tmp_path, **variables)

    assert "https://" not in done.stderr


@pytest.mark.django_db
def test_cookies_of_a_site_on_https_are_taken_from_this_host_by_tls_alone(admin_client, client, settings, monkeypatch):
    for name, value in PUBLIC.items():
        monkeypatch.setenv(name, value)
    read = runpy.run_path(str(ROOT / "digest" / "settings.py"))
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        setattr(settings, name, read[name])

    cookies = client.get("/admin/login/", secure=True).cookies

    assert [*cookies] == ["__Host-csrf"]
    assert read["SESSION_COOKIE_NAME"] == "__Host-session"
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_without_tls_cookies_have_names_that_browsers_take():
    read = runpy.run_path(str(ROOT / "digest" / "settings.py"))

    assert not read.get("SESSION_COOKIE_NAME", "").startswith("__Host-")


# --------------------------------------------------------------------------------------------------------------- pages


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/", "/nowhere/", "/admin/login/"])
def test_no_page_may_use_a_camera_or_the_like(client, page):
    policy = client.get(page).headers["Permissions-Policy"]

    assert "camera=()" in policy
    assert "geolocation=()" in policy
