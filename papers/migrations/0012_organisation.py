from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("papers", "0011_on_hugging_face")]

    operations = [
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(
                fields=["organisation"],
                condition=models.Q(("organisation", ""), _negated=True),
                name="paper_organisation",
            ),
        ),
    ]
