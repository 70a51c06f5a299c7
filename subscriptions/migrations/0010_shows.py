from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0009_bar")]

    operations = [
        migrations.AddField(
            model_name="subscriber",
            name="shows",
            field=models.CharField(
                choices=[
                    ("sentences", "key sentences of the abstract: what was done and found"),
                    ("abstract", "the whole abstract"),
                    ("title", "the title only"),
                ],
                db_default="sentences",
                default="sentences",
                max_length=10,
            ),
        ),
    ]
