from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("digest", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("stale", "a source is silent")], max_length=20)),
                ("subject", models.CharField(max_length=40)),
                ("why", models.TextField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("kind", "subject"),
                        name="one_open_alarm_per_kind_and_subject",
                    )
                ],
            },
        ),
    ]
