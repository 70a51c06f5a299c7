from django.db import migrations

from papers import database
from papers.text.tokenizing import author_term, without_authors

AT_ONCE = 2_000  # papers in memory


def take_accents_off(apps, schema_editor):
    """Authors are found by their names without accents from now on; what papers say stays as it was understood."""
    papers = apps.get_model("papers", "Paper").objects.using(schema_editor.connection.alias).order_by("pk")
    last = 0
    while rows := list(papers.exclude(terms="").filter(pk__gt=last).values_list("pk", "authors", "terms")[:AT_ONCE]):
        accented = [row for row in rows if not "".join(row[1]).isascii()]
        made = [(" ".join([without_authors(terms), *map(author_term, names)]), pk) for pk, names, terms in accented]
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany("UPDATE papers_paper SET terms = %s WHERE id = %s", made)
        database.add_to_index((pk, terms) for terms, pk in made)
        last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [("papers", "0012_organisation")]

    operations = [migrations.RunPython(take_accents_off, migrations.RunPython.noop)]
