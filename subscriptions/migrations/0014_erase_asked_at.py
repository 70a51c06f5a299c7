from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0013_letter_request")]

    operations = [
        migrations.AddField("subscriber", "erase_asked_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "subscriber",
            models.Index(
                condition=models.Q(("erase_asked_at__isnull", False)),
                fields=["erase_asked_at"],
                name="reader_erase_asked",
            ),
        ),
        migrations.AddIndex(
            "subscriber",
            models.Index(condition=models.Q(("left_at__isnull", False)), fields=["left_at"], name="reader_left"),
        ),
    ]
