from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("digest", "0004_promise"),
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
                ],
                max_length=20,
            ),
        ),
    ]
