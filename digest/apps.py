"""What does each reader get next, and why?"""

from django.apps import AppConfig


class DigestConfig(AppConfig):
    name = "digest"
