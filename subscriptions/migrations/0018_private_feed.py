from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0017_wish")]
    operations = [
        # Nobody has had a feed yet: what the column counted means nothing now.
        migrations.RemoveField("subscriber", "feed_key"),
        migrations.AddField("subscriber", "feed_key", models.PositiveBigIntegerField(db_default=0, default=0)),
        migrations.AddField("subscriber", "feed_reasons", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("subscriber", "feed_only", models.BooleanField(db_default=False, default=False)),
        migrations.AlterField(
            "letter",
            "state",
            models.CharField(
                choices=[
                    ("planned", "planned"),
                    ("claimed", "claimed"),
                    ("handoff", "handed over"),
                    ("sent", "sent"),
                    ("failed", "failed"),
                    ("uncertain", "uncertain"),
                    ("skipped", "skipped"),
                    ("feed", "in the reader's feed alone"),
                ],
                default="planned",
                max_length=10,
            ),
        ),
    ]
