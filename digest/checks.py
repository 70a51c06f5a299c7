"""What works and is careless, said at each start (`manage.py check`)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.utils.translation import to_locale


@checks.register("security")
def public_sites_speak_https(**_: Any) -> list[checks.CheckMessage]:
    if settings.LOCAL or settings.HTTPS:
        return []
    return [
        checks.Warning(
            f"SITE_URL: expected https:// on a public site, found {settings.SITE_URL}: whoever is on the way reads "
            "readers' links, and can use them.",
            hint=f"Put a proxy in front that does the TLS, and set SITE_URL=https://{settings.SITE_HOST}.",
            id="paper_route.W001",
        )
    ]


@checks.register("security")
def public_sites_say_who_runs_them(**_: Any) -> list[checks.CheckMessage]:
    if settings.LOCAL or settings.SITE_POSTAL_ADDRESS:
        return []
    return [
        checks.Warning(
            "SITE_POSTAL_ADDRESS: expected a postal address on a public site, found none: the law of many countries "
            "asks for one in the foot of every letter.",
            hint="Set it, for example SITE_POSTAL_ADDRESS='Ada Quill, 1 Example Street, Exampletown'.",
            id="paper_route.W002",
        )
    ]


@checks.register
def the_language_has_a_translation(**_: Any) -> list[checks.CheckMessage]:
    compiled = f"{to_locale(settings.LANGUAGE_CODE)}/LC_MESSAGES/django.mo"
    if settings.LANGUAGE_CODE.startswith("en") or any(
        (Path(one) / compiled).exists() for one in settings.LOCALE_PATHS
    ):
        return []
    return [
        checks.Warning(
            f"LANGUAGE: expected a language that the site is translated into, found {settings.LANGUAGE_CODE}: most "
            "words will be English on pages that say they are not.",
            hint="docs/extending.md says how a translation is made; without one leave LANGUAGE out.",
            id="paper_route.W003",
        )
    ]
