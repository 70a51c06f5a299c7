"""What is being read in the world, and what is it about?"""

from django.apps import AppConfig

from papers.search import encoders


class PapersConfig(AppConfig):
    name = "papers"

    def ready(self) -> None:
        encoders.check_settings()
