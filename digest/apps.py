"""What does each reader get next, and why?"""

from django.apps import AppConfig

from digest import checks  # noqa: F401 - which are known once they are imported


class DigestConfig(AppConfig):
    name = "digest"
