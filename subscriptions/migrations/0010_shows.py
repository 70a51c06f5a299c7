from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0009_bar")]

    operations = [
        migrations.AddField(
            model_name="subscriber",
            name="shows",
            field=models.CharField(
                choices=[
                    ("sentences", "what was done and found, in its abstract's own sentences"),
                    ("abstract", "its whole abstract"),
                    ("title", "its title alone"),
                ],
                db_default="sentences",
                default="sentences",
                max_length=10,
            ),
        ),
    ]
