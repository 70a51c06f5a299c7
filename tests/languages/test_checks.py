"""A language that nobody has translated the site into yet."""

import pytest

from digest import checks

pytestmark = pytest.mark.one_database


@pytest.fixture
def of(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]

    def warnings(language: str) -> list[str]:
        settings.LANGUAGE_CODE = language
        return [warning.id for warning in checks.the_language_has_a_translation()]

    return warnings


def test_a_language_without_a_translation_is_warned_of_at_each_start(of):
    assert of("pt-br") == ["paper_route.W003"]
    assert of("en") == of("en-gb") == []


def test_a_language_with_a_translation_is_not(of, tmp_path):
    compiled = tmp_path / "pt_BR" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    compiled.touch()

    assert of("pt-br") == []
