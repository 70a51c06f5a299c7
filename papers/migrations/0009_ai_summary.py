from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("papers", "0008_linked")]

    operations = [
        migrations.AddField(model_name="paper", name="ai_summary", field=models.JSONField(default=dict)),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(fields=["id"], condition=~Q(ai_summary={}), name="paper_ai_summary"),
        ),
    ]
