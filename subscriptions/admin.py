"""Readers and their letters, for the operator: why someone did, or did not, get one."""

from django.contrib import admin
from django.http import HttpRequest

from subscriptions.models import Interest, Letter, Subscriber, Suppression


class InterestInline(admin.TabularInline):
    model = Interest
    extra = 0


@admin.register(Subscriber)
class SubscriberAdmin(admin.ModelAdmin):
    list_display = ("pk", "address", "zone", "hour", "cadence", "confirmed_at", "left_at", "next_due_at")
    list_filter = ("cadence", "zone")
    search_fields = ("address",)
    inlines = (InterestInline,)
    readonly_fields = ("created_at", "confirmed_at", "left_at", "last_slot", "next_due_at", "read_up_to")
    show_full_result_count = False


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """The ledger. A letter's end is written by the post office, so it is only shown."""

    list_display = (
        "pk",
        "subscriber",
        "kind",
        "key",
        "state",
        "reason",
        "due_at",
        "ended_at",
        "attempts",
        "last_answer",
    )
    list_filter = ("state", "kind", "reason")
    search_fields = ("subscriber__address", "message_id")
    list_select_related = ("subscriber",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin):
    list_display = ("hash", "reason", "at")
    list_filter = ("reason",)
