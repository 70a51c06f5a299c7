"""What can be known of the containers without starting any: that the files agree with each other and with the code."""

import re

import pytest
import yaml
from django.conf import settings

from tests.digest.test_settings import read_by_settings
from tests.paths import ROOT

pytestmark = pytest.mark.one_database
OURS = {"web", "letters", "collecting", "beat"}
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE_ONLY = {"POSTGRES_PASSWORD"}
EXAMPLE_LINE = re.compile(r"(#?)([A-Z][A-Z0-9_]*)=(.*)")


def in_example():
    return {found[2]: found for found in map(EXAMPLE_LINE.fullmatch, EXAMPLE.splitlines()) if found}


def interpolated():
    """Every variable in docker-compose.yml, and those without which it refuses to start."""
    uses = re.findall(r"(?<!\$)\$\{([A-Z_]+)(:\?)?", TEXT)
    return {name for name, _ in uses}, {name for name, required in uses if required}


def copied():
    """What the image gets out of the repository."""
    lines = re.findall(r"(?m)^COPY (.+) \S+$", DOCKERFILE)
    return {name for line in lines for name in line.split()}


def test_the_scaled_shape_has_a_process_for_each_piece_of_work_and_both_servers():
    assert set(SERVICES) == {*OURS, "postgres", "redis"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_says_whether_it_is_well_and_starts_again(name):
    check = SERVICES[name]["healthcheck"]

    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "start_period"} <= set(check)
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_one_image_serves_for_everything_of_ours_and_one_service_builds_it():
    assert len({SERVICES[name]["image"] for name in OURS}) == 1
    assert [name for name in SERVICES if "build" in SERVICES[name]] == ["web"]


def test_workers_and_the_clock_wait_until_the_database_is_migrated():
    for name in OURS - {"web"}:
        assert SERVICES[name]["depends_on"]["web"] == {"condition": "service_healthy"}
    assert SERVICES["web"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_only_pages_can_be_reached_from_outside_and_only_from_this_machine():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_every_queue_that_tasks_are_put_on_has_a_worker():
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}
    commands = [SERVICES[name]["command"] for name in OURS]

    assert {queue for command in commands for queue in re.findall(r"--queues (\S+)", command)} == routed


def test_every_variable_of_compose_is_in_the_example_and_those_it_needs_are_to_be_filled_in():
    used, required = interpolated()
    example = in_example()

    assert {name.removesuffix("_FILE") for name in used} <= set(example)
    to_fill_in = {name for name, found in example.items() if not found[1]}
    assert to_fill_in == {name.removesuffix("_FILE") for name in required} - {"ANYMAIL_PROVIDER"} | {"EMAIL_URL"}


def test_the_example_has_every_variable_that_the_settings_read_and_no_other():
    example = {name for name in in_example() if name == "ANYMAIL_PROVIDER" or not name.startswith("ANYMAIL_")}

    assert example - COMPOSE_ONLY == read_by_settings() - {"ANYMAIL_"}


def test_the_example_explains_every_variable_in_the_line_above_it():
    lines = EXAMPLE.splitlines()
    places = [place for place, line in enumerate(lines) if EXAMPLE_LINE.fullmatch(line)]

    assert all(re.match(r"# \S", lines[place - 1]) for place in places)


def test_the_example_holds_no_secret_and_its_required_variables_come_first():
    found = list(in_example().values())

    assert all(not one[3] for one in found if not one[1])
    assert found == sorted(found, key=lambda one: one[1])


def test_the_image_gets_every_room_and_only_what_the_build_may_see():
    may_be_seen = set(re.findall(r"(?m)^!(\S+)$", (ROOT / ".dockerignore").read_text()))

    assert {name.rstrip("/") for name in copied()} == may_be_seen
    assert all((ROOT / name).exists() for name in may_be_seen)
    rooms = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert {*rooms, "templates", "manage.py"} <= may_be_seen


def test_the_image_installs_by_hash_and_does_not_run_as_root():
    assert "--require-hashes -r requirements.lock" in DOCKERFILE
    assert re.findall(r"(?m)^USER (\S+)$", DOCKERFILE) == ["paper-route"]
    assert DOCKERFILE.index("\nUSER ") < DOCKERFILE.index("\nCMD ")
    folder = SERVICES["web"]["environment"]["VAR_DIR"]
    assert f"VAR_DIR={folder}\n" in DOCKERFILE
    assert f"\nVOLUME {folder}\n" in DOCKERFILE
