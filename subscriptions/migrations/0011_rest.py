from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0010_shows")]

    operations = [
        migrations.CreateModel(
            name="Rest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("of", models.CharField(max_length=64, unique=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=0)),
                ("words", models.TextField()),
            ],
        ),
    ]
