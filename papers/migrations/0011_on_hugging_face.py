from typing import Any

from django.db import migrations, models
from django.db.models import Exists, OuterRef

HUGGING_FACE = ("huggingface", "huggingface-trending")  # the sources of that place


def mark(apps: Any, schema_editor: Any) -> None:
    alias = schema_editor.connection.alias
    there = apps.get_model("papers", "Sighting").objects.using(alias)
    papers = apps.get_model("papers", "Paper").objects.using(alias)
    seen = Exists(there.filter(paper=OuterRef("pk"), source__in=HUGGING_FACE))
    papers.filter(seen).update(on_hugging_face=True)


class Migration(migrations.Migration):
    dependencies = [("papers", "0010_left_out")]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="on_hugging_face",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
