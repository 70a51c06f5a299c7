import django.db.models.deletion
from django.db import migrations, models

import papers.text.phrases


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Host",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("host", models.CharField(max_length=255, unique=True)),
                ("next_request_at", models.DateTimeField(null=True)),
                ("silent_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80, unique=True)),
                ("arxiv_id", models.CharField(max_length=40, null=True, unique=True)),
                ("doi", models.CharField(max_length=200, null=True, unique=True)),
                ("title", models.TextField()),
                ("abstract", models.TextField(blank=True)),
                ("authors", models.JSONField(default=list)),
                ("organisation", models.TextField(blank=True)),
                ("categories", models.JSONField(default=list)),
                ("keywords", models.JSONField(default=list)),
                ("urls", models.JSONField(default=dict)),
                ("published_on", models.DateField(null=True)),
                ("listed_on", models.DateField(db_index=True)),
                ("first_seen_at", models.DateTimeField(db_index=True)),
                ("votes", models.IntegerField(default=0)),
                ("comments", models.IntegerField(default=0)),
                ("stars", models.IntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=80)),
                ("group", models.CharField(max_length=80)),
                ("description", models.CharField(max_length=200)),
                (
                    "phrases",
                    models.JSONField(
                        default=list,
                        help_text='A list like ["dictionary learning", "RAG"]: a paper that uses one of them is about the topic.',
                        validators=[papers.text.phrases.list_of_phrases],
                    ),
                ),
                (
                    "categories",
                    models.JSONField(
                        blank=True, default=list, help_text='A list of arXiv categories, like ["cs.CL"].'
                    ),
                ),
                ("scored_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "ordering": ("group", "name"),
            },
        ),
        migrations.CreateModel(
            name="Collection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=40)),
                ("day", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("listed", "papers listed"),
                            ("nothing yet", "nothing listed yet"),
                            ("nothing", "nothing announced"),
                            ("failed", "could not be read"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reading", models.CharField(blank=True, max_length=40)),
                ("listed", models.PositiveIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("validator", models.JSONField(default=dict)),
                ("collected_at", models.DateTimeField()),
                ("next_try_at", models.DateTimeField(db_index=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "day"), name="one_collection_per_source_and_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperTopic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField()),
                ("phrase", models.TextField()),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scores", to="papers.paper"
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scores", to="papers.topic"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="paper",
            name="topics",
            field=models.ManyToManyField(related_name="papers", through="papers.PaperTopic", to="papers.topic"),
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("rank", models.PositiveIntegerField()),
                ("facts", models.JSONField(default=dict)),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sightings", to="papers.paper"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day", "rank"], name="sighting_day_order")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("paper", "source", "day"), name="one_sighting_per_paper_source_and_day"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="papertopic",
            constraint=models.UniqueConstraint(fields=("paper", "topic"), name="one_score_per_paper_and_topic"),
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(fields=["listed_on", "-votes"], name="paper_listed_votes"),
        ),
    ]
