import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("digest", "0007_heartbeat"), ("subscriptions", "0014_erase_asked_at")]

    operations = [
        migrations.AlterField(
            "given",
            "letter",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="given",
                to="subscriptions.letter",
            ),
        ),
    ]
