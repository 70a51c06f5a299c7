from django.db import migrations, models

import papers.text.phrases


def score_anew(apps, schema_editor):
    """The next collecting scores the recent papers by how loudly they say a topic."""
    apps.get_model("papers", "Topic").objects.using(schema_editor.connection.alias).update(scored_at=None)


class Migration(migrations.Migration):
    dependencies = [("papers", "0006_phrases")]

    operations = [
        migrations.AlterField(
            model_name="topic",
            name="phrases",
            field=models.JSONField(
                default=list,
                help_text=(
                    'A list like ["dictionary learning", "RAG"]: a paper is about the topic that says one loudly. '
                    "One in double quotes matches as it is written."
                ),
                validators=[papers.text.phrases.list_of_phrases],
            ),
        ),
        migrations.RunPython(score_anew, migrations.RunPython.noop),
    ]
