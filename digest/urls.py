"""The whole site."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from digest import feedback, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("status/", views.status, name="status"),
    path("privacy/", views.privacy, name="privacy"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("preferences/preview/", views.preview, name="preview"),
    path("preferences/data/my-data.json", views.my_data, name="my_data"),
    path("letter/<str:token>/", views.letter, name="web_copy"),
    path("my-feed/<str:token>/", views.my_feed, {"form": "atom"}, name="my_feed"),
    path("my-feed/<str:token>/feed.json", views.my_feed, {"form": "json"}, name="my_feed_as_json"),
    path("why/", views.why_or_why_not, name="why"),
    path("saved/", views.saved_papers, name="saved_papers"),
    path("saved/saved-papers.bib", views.export_saved, {"form": "bib"}, name="saved_as_bibtex"),
    path("saved/saved-papers.ris", views.export_saved, {"form": "ris"}, name="saved_as_ris"),
    path("", include("subscriptions.urls")),
    path("", include("papers.urls")),
    # After papers.urls, which say what a <key:...> is; no key is like the words before it here.
    path("feedback/<str:token>/more/<key:key>/", views.more_or_less, {"asked": feedback.MORE}, name="more_like_this"),
    path("feedback/<str:token>/less/<key:key>/", views.more_or_less, {"asked": feedback.LESS}, name="less_like_this"),
    path("feedback/<str:token>/save/<key:key>/", views.more_or_less, {"asked": feedback.SAVE}, name="save"),
    # Of letters that were sent before there were these; and the link that was cut short before its paper is ours, too.
    path("feedback/<str:token>/", views.more_or_less, name="feedback"),
    path("feedback/<str:token>/<key:key>/", views.more_or_less, name="feedback"),
]
handler404 = "subscriptions.visits.not_found"
if settings.ADMIN_PATH:
    urlpatterns.append(path(f"{settings.ADMIN_PATH}/", admin.site.urls))
