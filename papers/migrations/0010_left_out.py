from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0009_ai_summary")]

    operations = [
        migrations.AddField(
            model_name="collection",
            name="left_out",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
