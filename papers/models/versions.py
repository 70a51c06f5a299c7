"""Which version of what public pages show is the present one."""

from __future__ import annotations

import secrets

from django.db import models, transaction


class ContentVersionQuerySet(models.QuerySet["ContentVersion"]):
    def current(self) -> int:
        """Kept pages are of this version, or are made anew. 0 until something was written."""
        return self.values_list("number", flat=True).first() or 0

    def move(self) -> None:
        """For whoever writes what public pages show: they are made anew once the transaction is committed, and not at
        all where it is rolled back. Written then, as whoever holds this one row within a transaction holds up all
        others that write."""
        transaction.on_commit(self._write_another, robust=True)

    def _write_another(self) -> None:
        # By chance, as counted numbers come again after a crash or from a backup.
        row = ContentVersion(pk=1, number=secrets.randbits(62) + 1)
        self.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=["number"])


class ContentVersion(models.Model):
    """One row, by which all processes know that something was written that public pages show."""

    number = models.BigIntegerField()

    objects = ContentVersionQuerySet.as_manager()
