"""Papers, topics and the record of collecting, for the operator."""

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from papers import storing
from papers.models import Collection, ContentVersion, Host, Lookup, Paper, PaperTopic, Topic


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ("name", "group", "description", "scored_at")
    list_filter = ("group",)
    search_fields = ("name", "slug", "description")

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> list[str]:
        return ["slug"] if obj else []  # Readers' choices name it.

    def save_model(self, request: HttpRequest, obj: Topic, form: ModelForm, change: bool) -> None:
        if "phrases" in form.changed_data:
            obj.scored_at = None  # The next collecting scores the recent papers by the new phrases.
        super().save_model(request, obj, form, change)
        ContentVersion.objects.move()

    def delete_model(self, request: HttpRequest, obj: Topic) -> None:
        super().delete_model(request, obj)
        ContentVersion.objects.move()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Topic]) -> None:
        super().delete_queryset(request, queryset)
        ContentVersion.objects.move()


class ReadOnly(admin.ModelAdmin):
    """What the program writes is looked at here, not edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ScoreInline(admin.TabularInline):
    model = PaperTopic
    extra = 0
    can_delete = False


@admin.register(Paper)
class PaperAdmin(ReadOnly):
    list_display = ("title", "key", "listed_on", "votes", "comments")
    date_hierarchy = "listed_on"
    search_fields = ("title", "key")
    inlines = (ScoreInline,)
    show_full_result_count = False

    def delete_model(self, request: HttpRequest, obj: Paper) -> None:
        storing.delete_papers(Paper.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Paper]) -> None:
        storing.delete_papers(queryset)


@admin.register(Collection)
class CollectionAdmin(ReadOnly):
    list_display = (
        "source",
        "day",
        "outcome",
        "reading",
        "listed",
        "left_out",
        "error",
        "tries",
        "collected_at",
        "next_try_at",
    )
    list_filter = ("source", "outcome")
    date_hierarchy = "day"


@admin.register(Lookup)
class LookupAdmin(ReadOnly):
    list_display = ("key", "outcome", "asked_at", "tries", "answered_at")
    list_filter = ("outcome",)
    search_fields = ("key",)


@admin.register(Host)
class HostAdmin(ReadOnly):
    list_display = ("host", "next_request_at", "silent_until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Host]:
        return super().get_queryset(request).order_by("host")
