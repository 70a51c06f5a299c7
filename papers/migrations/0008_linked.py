from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0007_loudness")]

    operations = [
        migrations.AddField(model_name="paper", name="linked", field=models.JSONField(default=dict)),
    ]
