import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0015_content_version")]

    operations = [
        migrations.CreateModel(
            name="SimilarPapers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fit", models.BigIntegerField()),
                ("last_vector", models.BigIntegerField()),
                ("keys", models.JSONField(default=list)),
                (
                    "paper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="similar", to="papers.paper"
                    ),
                ),
            ],
        ),
    ]
