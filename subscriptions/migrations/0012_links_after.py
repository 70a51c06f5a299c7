"""Who has left before there was `links_after` has no living links either."""

from typing import Any

from django.db import migrations, models


def end_links_of_those_who_left(apps: Any, _schema: Any) -> None:
    left = apps.get_model("subscriptions", "Subscriber").objects.filter(left_at__isnull=False)
    left.update(links_after=models.F("left_at"))


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0011_rest")]

    operations = [
        migrations.AddField("subscriber", "links_after", models.DateTimeField(null=True)),
        migrations.AddField("subscriber", "feed_key", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.RunPython(end_links_of_those_who_left, migrations.RunPython.noop),
    ]
