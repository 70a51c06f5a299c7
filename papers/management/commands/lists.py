"""`manage.py lists`: printed lists of papers as pages."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from papers import printed
from papers.printed import BadList


class Command(BaseCommand):
    help = "Write each list of a file of printed lists, JSON, a paper a line, as a page. The database is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="such as lists.jsonl")
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the pages are written to")

    def handle(self, *, file: Path, folder: Path, **_: Any) -> None:
        try:
            with file.open(encoding="utf-8") as lines:
                lists = printed.read(lines)
            pages = printed.write(lists, folder)
        except BadList as error:
            raise CommandError(f"{file}: {error}") from error
        except (OSError, UnicodeError) as error:
            raise CommandError(
                f"expected a file of printed lists, and a folder to write to, found: {error}"
            ) from error
        for page, entries in zip(pages, lists.values(), strict=True):
            self.stdout.write(f"{page}: {len(entries)} papers of {entries[0].page_date}")
