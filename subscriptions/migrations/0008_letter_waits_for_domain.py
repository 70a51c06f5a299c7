from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0007_promise"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="waits_for_domain",
            field=models.CharField(blank=True, default="", max_length=255),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                condition=models.Q(("state", "planned"), models.Q(("waits_for_domain", ""), _negated=True)),
                fields=["waits_for_domain", "due_at"],
                name="letter_domain_queue",
            ),
        ),
    ]
