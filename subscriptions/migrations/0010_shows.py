from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0009_bar")]

    operations = [
        migrations.AddField(
            model_name="subscriber",
            name="shows",
            field=models.CharField(
                choices=[
                    ("sentences", "Key sentences of the abstract: what was done and found"),
                    ("abstract", "The whole abstract"),
                    ("title", "The title only"),
                    ("summary", "A summary written by a machine, where there is one; else key sentences"),
                ],
                db_default="sentences",
                default="sentences",
                max_length=10,
            ),
        ),
    ]
