from django.db import migrations, models

from papers.text import summary

AT_ONCE = 1_000  # papers in memory


def fill(apps, schema_editor):
    """Key sentences of papers that are understood, some two milliseconds each; all others get theirs with their terms."""
    papers = apps.get_model("papers", "Paper").objects.using(schema_editor.connection.alias).order_by("pk")
    understood, last = papers.exclude(terms="").exclude(abstract=""), 0
    while rows := list(understood.filter(pk__gt=last).values_list("pk", "title", "abstract")[:AT_ONCE]):
        made = [(summary.in_short(abstract, title), pk) for pk, title, abstract in rows]
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany("UPDATE papers_paper SET in_short = %s WHERE id = %s", made)
        last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [("papers", "0016_similar_papers")]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="in_short",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
