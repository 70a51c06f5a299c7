from django.db import migrations, models

SCORES = {2.5: 2.0, 3.0: 2.5, 4.0: 3.0}  # of each step before, and now


def move(apps, schema_editor):
    _move(apps, schema_editor, SCORES)


def move_back(apps, schema_editor):
    _move(apps, schema_editor, {new: old for old, new in SCORES.items()})


def _move(apps, schema_editor, scores):
    """In one statement, as the values of before and after overlap."""
    readers = apps.get_model("subscriptions", "Subscriber").objects.using(schema_editor.connection.alias)
    steps = [models.When(bar=old, then=models.Value(new)) for old, new in scores.items()]
    readers.update(bar=models.Case(*steps, default=models.F("bar")))


class Migration(migrations.Migration):
    dependencies = [("subscriptions", "0008_letter_waits_for_domain")]

    operations = [
        migrations.AlterField(
            model_name="subscriber",
            name="bar",
            field=models.FloatField(
                choices=[
                    (2.0, "More papers, including some that only touch on them"),
                    (2.5, "Balanced"),
                    (3.0, "Only close matches"),
                ],
                default=2.5,
            ),
        ),
        migrations.RunPython(move, move_back),
    ]
