import uuid

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import subscriptions.slots


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Subscriber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=254, unique=True)),
                ("zone", models.CharField(default="UTC", max_length=64, validators=[subscriptions.slots.valid_zone])),
                (
                    "hour",
                    models.PositiveSmallIntegerField(
                        default=7, validators=[django.core.validators.MaxValueValidator(23)]
                    ),
                ),
                (
                    "days",
                    models.JSONField(
                        default=subscriptions.slots.every_day, validators=[subscriptions.slots.valid_days]
                    ),
                ),
                (
                    "cadence",
                    models.CharField(
                        choices=[("daily", "daily"), ("weekly", "weekly, on the first of my days")],
                        default="daily",
                        max_length=10,
                    ),
                ),
                (
                    "cap",
                    models.PositiveSmallIntegerField(
                        default=10, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("trending_muted_at", models.DateTimeField(null=True)),
                ("paused_until", models.DateField(null=True)),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("last_slot", models.DateField(null=True)),
                ("next_due_at", models.DateTimeField(db_index=True, null=True)),
                ("read_up_to", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=64, unique=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[("bounce", "refused for good by its mail server"), ("complaint", "complained")],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Bucket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=40)),
                ("hash", models.CharField(max_length=64)),
                ("tokens", models.FloatField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("purpose", "hash"), name="one_bucket_per_purpose_and_hash")
                ],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wording", models.CharField(max_length=200)),
                ("place", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="subscriptions.subscriber",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("claimed", "claimed"),
                            ("handoff", "handed over"),
                            ("sent", "sent"),
                            ("failed", "failed"),
                            ("uncertain", "uncertain"),
                            ("skipped", "skipped"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("planned_at", models.DateTimeField()),
                ("handed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("lease", models.UUIDField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("dropped", models.PositiveSmallIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=60)),
                ("last_answer", models.TextField(blank=True)),
                ("message_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("contents", models.JSONField(default=dict)),
                (
                    "subscriber",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="letters",
                        to="subscriptions.subscriber",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "due_at"], name="letter_state_due"),
                    models.Index(fields=["lease"], name="letter_lease"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscriber", "kind", "key"), name="one_letter_per_reader_kind_and_key"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("subscriber__isnull", True)),
                        fields=("kind", "key"),
                        name="one_letter_per_kind_and_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("topic", "topic")], max_length=20)),
                ("value", models.CharField(max_length=200)),
                ("wanted", models.BooleanField(default=True)),
                ("origin", models.CharField(choices=[("chosen", "chosen")], default="chosen", max_length=20)),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="interests",
                        to="subscriptions.subscriber",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subscriber", "kind", "value"), name="one_interest_per_kind_and_value"
                    )
                ],
            },
        ),
    ]
