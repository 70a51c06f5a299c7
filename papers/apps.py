"""What is being read in the world, and what is it about?"""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "papers"
