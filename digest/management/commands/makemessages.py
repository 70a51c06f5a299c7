"""Django's own, which also finds what the topics are called that the site ships with: a translation begins here."""

from django.core.management.base import CommandParser
from django.core.management.commands import makemessages
from django.utils.translation import gettext_noop

# As papers/migrations/0002_topics.py groups them.
GROUPS = (
    gettext_noop("Language"),
    gettext_noop("Reasoning and agents"),
    gettext_noop("Vision"),
    gettext_noop("Speech and audio"),
    gettext_noop("Robotics and worlds"),
    gettext_noop("Learning and data"),
    gettext_noop("Efficiency and systems"),
    gettext_noop("Safety and understanding"),
    gettext_noop("Physical sciences and mathematics"),
    gettext_noop("Life and society"),
)


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=topic:2"]  # their names, there

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(ignore_patterns=["tests", "var"])
