"""Why no letter could be planned for a reader, as the operator sees it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0014_erase_asked_at")]

    operations = [
        migrations.AddField("subscriber", "fault", models.TextField(blank=True, db_default="", default="")),
    ]
