from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0014_organisation_lower")]

    operations = [
        migrations.CreateModel(
            name="ContentVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField()),
            ],
        ),
    ]
