"""Readers and their letters, for the operator: why someone did, or did not, get one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from papers import site_clock
from papers.admin import ReadOnly
from subscriptions import erasing, signing_up
from subscriptions.models import Event, Interest, Letter, Subscriber, Suppression


class InviteForm(forms.Form):
    addresses = forms.CharField(
        widget=AdminTextareaWidget,
        help_text="One a line. Each gets an email; digests begin once the button in it is pressed.",
    )

    def clean_addresses(self) -> list[str]:
        return [line for line in self.cleaned_data["addresses"].splitlines() if line.strip()]


class InterestInline(admin.TabularInline):
    model = Interest
    extra = 0
    fields = ("kind", "value", "wanted", "guard", "origin", "learned_at")
    readonly_fields = ("learned_at",)


@admin.register(Subscriber)
class SubscriberAdmin(admin.ModelAdmin):
    list_display = ("pk", "address", "zone", "hour", "cadence", "confirmed_at", "left_at", "next_due_at", "fault")
    list_filter = (("fault", admin.EmptyFieldListFilter), "cadence", "zone")
    search_fields = ("address",)
    inlines = (InterestInline,)
    readonly_fields = (
        *("created_at", "confirmed_at", "left_at", "last_slot", "next_slot", "next_due_at", "read_up_to"),
        *("fault", "links_after", "feed_key", "feed_reasons", "feed_only", "erase_asked_at"),
    )
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Subscriber, form: ModelForm, change: bool) -> None:
        if obj.is_reading:
            obj.mend()
            obj.schedule(site_clock.now())  # The hour, zone or days may be others now.
        super().save_model(request, obj, form, change)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What manage.py invite does: a reader is whoever confirmed, so nobody is added as one. It stands in no log of
        the admin, where addresses would outlive their readers."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InviteForm(request.POST or None)
        if form.is_valid():
            try:
                invited = signing_up.invite(form.cleaned_data["addresses"], site_clock.now())
            except ValidationError as error:
                form.add_error("addresses", error)
            else:
                said = f"Invited: {len(invited)}. The emails are on their way."
                self.message_user(request, said)
                return redirect("admin:subscriptions_subscriber_changelist")
        context = self.admin_site.each_context(request) | {"form": form, "opts": self.opts, "title": "Invite"}
        return render(request, "admin/subscriptions/subscriber/invite.html", context)

    def get_deleted_objects(
        self, objs: Iterable[Subscriber], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Letters and reports cannot be deleted one by one; with their reader they go."""
        readers = [str(reader) for reader in objs]
        return readers, {"readers": len(readers)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Subscriber) -> None:
        erasing.ask(obj, site_clock.now())  # At once, or within a minute or so where a letter is on its way.

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        for reader in queryset:
            erasing.ask(reader, site_clock.now())


class EventInline(admin.TabularInline):
    model = Event
    extra = 0
    can_delete = False
    fields = ("type", "at", "received_at", "provider", "event_id")
    ordering = ("at",)

    def has_add_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """The ledger. A letter's end is written by the post office; a person may only settle what it does not know."""

    actions = ("arrived", "did_not_arrive")
    inlines = (EventInline,)
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

    def has_delete_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False  # A row that is gone could be planned and sent again.

    @admin.action(description="Uncertain letters: they arrived")
    def arrived(self, request: HttpRequest, letters: QuerySet[Letter]) -> None:
        letters.filter(state=Letter.State.UNCERTAIN).update(state=Letter.State.SENT, ended_at=site_clock.now())

    @admin.action(description="Uncertain letters: they did not arrive")
    def did_not_arrive(self, request: HttpRequest, letters: QuerySet[Letter]) -> None:
        letters.filter(state=Letter.State.UNCERTAIN).update(state=Letter.State.FAILED, ended_at=site_clock.now())


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin):
    list_display = ("hash", "reason", "at")
    list_filter = ("reason",)


@admin.register(Event)
class EventAdmin(ReadOnly):
    """What the mail provider reported."""

    list_display = ("at", "type", "letter", "provider", "event_id", "received_at")
    list_filter = ("type", "provider")
    search_fields = ("event_id", "letter__message_id")
    list_select_related = ("letter",)
    date_hierarchy = "received_at"
    ordering = ("-received_at",)
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False  # What is gone could be reported and acted on again.
