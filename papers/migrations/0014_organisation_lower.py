from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("papers", "0013_names")]

    operations = [
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(
                Lower("organisation"),
                condition=models.Q(("organisation", ""), _negated=True),
                name="paper_organisation_lower",
            ),
        ),
    ]
