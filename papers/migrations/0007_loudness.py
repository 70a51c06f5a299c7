from django.db import migrations


def score_anew(apps, schema_editor):
    """The next collecting scores the recent papers by how loudly they say a topic."""
    apps.get_model("papers", "Topic").objects.using(schema_editor.connection.alias).update(scored_at=None)


class Migration(migrations.Migration):
    dependencies = [("papers", "0006_phrases")]

    operations = [migrations.RunPython(score_anew, migrations.RunPython.noop)]
