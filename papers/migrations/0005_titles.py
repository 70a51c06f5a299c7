from django.db import migrations, models

from papers.text.words import title_key

AT_ONCE = 2_000  # titles in memory


def make_keys(apps, schema_editor):
    papers = apps.get_model("papers", "Paper").objects.using(schema_editor.connection.alias).order_by("pk")
    last = 0
    while rows := list(papers.exclude(terms="").filter(pk__gt=last).values_list("pk", "title")[:AT_ONCE]):
        with schema_editor.connection.cursor() as cursor:
            made = [(title_key(title), pk) for pk, title in rows]
            cursor.executemany("UPDATE papers_paper SET title_key = %s WHERE id = %s", made)
        last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [
        ("papers", "0004_understanding"),
    ]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="title_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=16),
        ),
        migrations.RunPython(make_keys, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(fields=["title_key"], name="paper_title_key"),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(fields=["read_at"], name="sighting_read_at"),
        ),
    ]
