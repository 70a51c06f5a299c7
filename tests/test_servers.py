import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests import servers
from tests.paths import ROOT


def connect(url):
    return sqlite3.connect(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else psycopg.connect(url)


def data_folder(url):
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite:///")).parent
    with psycopg.connect(url) as connection:
        return Path(connection.execute("SHOW data_directory").fetchone()[0]).parent


@pytest.mark.parametrize("server", [servers.POSTGRESQL, servers.REDIS], ids=lambda server: server.name)
def test_a_missing_server_stops_the_run_and_says_how_to_install_it(server, tmp_path):
    with pytest.raises(pytest.exit.Exception) as stopped:
        servers.programs(server, candidates=[tmp_path])

    assert stopped.value.returncode == 3
    assert server.name in stopped.value.msg
    assert "apt-get install postgresql redis-server" in stopped.value.msg
    assert "brew install postgresql redis" in stopped.value.msg


def test_a_missing_browser_stops_the_run_and_says_how_to_install_it():
    with pytest.raises(pytest.exit.Exception, match=r"apt-get install chromium.*brew install"):
        servers.chromium(names=[])


def test_no_server_is_missing_when_both_are_given(monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://localhost/given")
    monkeypatch.setenv("TEST_REDIS_URL", "redis://localhost/0")

    assert servers.missing() == []


def test_the_database_is_our_own_unless_one_is_given():
    url, given = os.environ["DATABASE_URL"], os.environ.get("TEST_DATABASE_URL", "")

    assert (given and urlsplit(url).netloc == urlsplit(given).netloc) or data_folder(url).name.startswith(
        "paper-route-"
    )


def test_a_database_asked_for_again_is_empty_again():
    for _ in range(2):
        connection = connect(servers.database_url("test_servers"))
        connection.execute("CREATE TABLE left_behind (id integer)")
        connection.commit()
        connection.close()


def test_redis_answers_and_is_our_own_unless_one_is_given():
    url = servers.redis_url()

    with redis.Redis.from_url(url, decode_responses=True) as client:
        assert client.ping()
        given = os.environ.get("TEST_REDIS_URL")
        assert url == given or Path(client.config_get("dir")["dir"]).name.startswith("paper-route-")


def test_another_server_than_ours_is_refused(tmp_path):
    with pytest.raises(AssertionError, match="met one that does in /elsewhere"):
        servers.assert_ours("/elsewhere", tmp_path)


def test_what_a_developer_has_set_does_not_reach_the_tests_and_nothing_stays_behind():
    real = {
        "DATABASE_URL": "postgresql://real.example/real",
        "REDIS_URL": "redis://real.example",
        "CELERY_BROKER_URL": "redis://real.example",
        "EMAIL_URL": "smtp://real.example",
        "ANYMAIL_POSTMARK_SERVER_TOKEN": "real.example",
        "HUGGINGFACE_URL": "https://real.example",
        "https_proxy": "http://real.example",
    }
    program = "import os; from tests import servers; print(dict(os.environ)); print(os.environ['VAR_DIR'])"

    lines = subprocess.check_output(
        [sys.executable, "-c", program], env=os.environ | real | {"TEST_DATABASE": "sqlite"}, cwd=ROOT, text=True
    ).splitlines()

    assert "real.example" not in lines[0]
    assert not Path(lines[1]).exists()
