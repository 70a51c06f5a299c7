"""`python -m tests.journeys.hastened`: `manage.py run`, whose letters leave sooner, as a test waits for each."""

import sys

import django

if __name__ == "__main__":
    django.setup()

import manage
from digest.management.commands import run

if __name__ == "__main__":
    run.LETTERS_EVERY = 0.5  # seconds
    sys.argv = ["manage.py", "run", *sys.argv[1:]]
    manage.main()
