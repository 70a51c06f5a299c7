#!/usr/bin/env python
"""The command line of Paper Route: `python manage.py help` lists what it can do."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, execute_from_command_line
from django.db import OperationalError, ProgrammingError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digest.settings")
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, CommandError) as error:  # a command's arguments are read outside its own care
        sys.exit(str(error))
    except (OperationalError, ProgrammingError) as error:
        found = " ".join(str(error).split())
        sys.exit(
            f"DATABASE_URL: expected a database that answers and was prepared by manage.py migrate, found: {found}"
        )


if __name__ == "__main__":
    main()
