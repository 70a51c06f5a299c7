"""One row a consent, with both moments; before, there was one for asking and one for confirming."""

from typing import Any

from django.db import migrations, models
from django.db.models import Exists, F, OuterRef, Subquery

VERSION, SIGN_UP = "2026-11", "2026-11: Get trending papers in your email inbox! Subscribe"


def join(apps: Any, _schema: Any) -> None:
    rows = apps.get_model("subscriptions", "Consent").objects
    asked, confirmed = rows.filter(wording=SIGN_UP), rows.exclude(wording=SIGN_UP)
    before = asked.filter(subscriber=OuterRef("subscriber"), at__lte=OuterRef("at")).order_by("-at")
    latest = {name: Subquery(before.values(name)[:1]) for name in ("at", "place")}
    confirmed.filter(Exists(before)).update(asked_at=latest["at"], place=latest["place"])
    confirmed.update(confirmed_at=F("at"))
    later = rows.filter(confirmed_at__isnull=False, subscriber=OuterRef("subscriber"), at__gte=OuterRef("at"))
    asked.filter(Exists(later)).delete()
    asked.update(asked_at=F("at"))
    rows.update(wording=VERSION)


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0015_fault")]

    operations = [
        migrations.AddField(
            "consent", "language", models.CharField(default="en", max_length=20), preserve_default=False
        ),
        migrations.AddField("consent", "asked_at", models.DateTimeField(null=True)),
        migrations.AddField("consent", "confirmed_at", models.DateTimeField(null=True)),
        migrations.RunPython(join),
        migrations.RemoveField("consent", "at"),
        migrations.AlterField("consent", "wording", models.CharField(max_length=20)),
    ]
