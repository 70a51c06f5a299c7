"""`manage.py understand`: learn anew what papers mean, and give every paper its vector."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from papers import site_clock
from papers.management import arguments
from papers.models import Fit, Paper, Vector
from papers.search import fits, understanding


class Command(BaseCommand):
    help = "Learn anew from the latest papers, while the site goes on; stopped, it goes on from there next time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = "what understands them (default: ENCODER, which is %(default)s)"
        parser.add_argument("--encoder", choices=sorted(settings.ENCODERS), default=settings.ENCODER, help=which)
        parser.add_argument("--now", type=arguments.moment, metavar="ISO", help="as if it were this moment")

    def handle(self, *, encoder: str, now: datetime | None, **_: Any) -> None:
        if not Paper.objects.exists():
            raise CommandError("expected papers to learn from, found none: manage.py collect")
        begun = Fit.objects.filter(encoder=encoder, ready_at=None).defer("state").first()
        if begun:
            self.stdout.write(
                f"Going on with what was begun at {begun.began_at:%Y-%m-%d %H:%M} UTC, here or elsewhere."
            )
        done = Vector.objects.filter(fit=begun).count() if begun else 0
        with tqdm(total=Paper.objects.count(), initial=done, desc=encoder, unit="paper", disable=None) as bar:
            try:
                fit = understanding.refit(encoder, now or site_clock.now(), bar.update)
            except ImproperlyConfigured as error:
                raise CommandError(str(error)) from error
            except KeyboardInterrupt:
                raise CommandError("stopped; the same command goes on from here", returncode=130) from None
        self._say(fit)

    def _say(self, fit: Fit) -> None:
        if fits.has_too_few(fit.encoder, fit.papers):
            beside = "what the encoder knew before decide" if fit.dimensions else "topics alone decide"
            self.stdout.write(
                f"{fit.papers} papers: from {fits.FEWEST_PAPERS} on it is learned what they mean; "
                f"until then words and {beside}."
            )
            return
        vectors = Vector.objects.filter(fit=fit).count()
        self.stdout.write(f"{fit.encoder}: learned from {fit.papers} papers; {vectors} papers have their vectors.")
        if fit.encoder != settings.ENCODER:
            self.stdout.write(f"It is used once ENCODER={fit.encoder} is set.")
