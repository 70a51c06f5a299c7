from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("digest", "0009_flood"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("stale", "a source is silent"),
                    ("unheard", "the mail provider is silent"),
                    ("lost", "self-test letters do not return"),
                    ("flood", "far more sign-ups than usual"),
                    ("refused", "the mail server takes no letters"),
                ],
                max_length=20,
            ),
        ),
    ]
