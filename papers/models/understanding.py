"""What papers mean."""

from django.db import models
from django.db.models import Q

from papers.models.papers import Paper


class Fit(models.Model):
    """A version of the understanding: what an encoder learned of the papers of a time. Fits never mix."""

    encoder = models.CharField(max_length=20)  # "light", "semantic"
    began_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)  # null: its papers' vectors are still being made
    papers = models.PositiveIntegerField()  # on how many it was fitted
    dimensions = models.PositiveIntegerField()  # of its vectors; 0: too few papers, words alone
    state = models.BinaryField()  # what fits.Understanding is made of again

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["encoder"], condition=Q(ready_at=None), name="one_fit_begun_per_encoder")
        ]


class Vector(models.Model):
    """What a paper means, in a fit: float16, as many as the fit has dimensions."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="vectors")
    fit = models.ForeignKey(Fit, on_delete=models.CASCADE, related_name="vectors")
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "fit"], name="one_vector_per_paper_and_fit")]


class SimilarPapers(models.Model):
    """The papers most like one, as last found: they are shown until others are found, in a newer fit as well."""

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, related_name="similar")
    fit = models.BigIntegerField()  # by whose vectors; it may be gone
    last_vector = models.BigIntegerField()  # the latest of these by then; 0: they are to be found again
    keys = models.JSONField(default=list)  # of papers, the most similar first
