"""Signing up, confirming, changing, leaving."""

from django.conf import settings
from django.urls import path

from subscriptions import gallery, joining, mailbox, private_feed, rights, views
from subscriptions.sending import webhooks

app_name = "subscriptions"
urlpatterns = [
    path("subscribe/", joining.sign_up, name="sign_up"),
    path("subscribe/next/", joining.next_step, name="next_step"),
    path("start/", joining.sign_up, name="start"),  # where the box of version 0.1.0 leads, on pages that were kept
    path("challenge/", joining.challenge, name="challenge"),
    path("check-inbox/", joining.check_inbox, name="check_inbox"),
    path("confirm/<str:token>/", joining.confirm, name="confirm"),
    path("manage/<str:token>/", views.manage, name="manage"),
    path("preferences/", views.preferences, name="preferences"),
    path("preferences/undo/<int:pk>/", views.undo, name="undo"),
    path("preferences/sign-out/", rights.sign_out, name="sign_out"),
    path("preferences/feed/", private_feed.page, name="private_feed"),
    path("preferences/data/", rights.data, name="data"),
    path("preferences/data/erase/", rights.erase, name="erase"),
    path("preferences/data/fresh-link/", rights.fresh_link, name="fresh_link_to_data"),
    path("new-address/<str:token>/", rights.move, name="move"),
    path("keep-address/<str:token>/", rights.stay, name="stay"),
    path("my-link/", views.my_link, name="my_link"),
    path("fresh-link/<str:token>/", views.fresh_link, name="fresh_link"),
    path("unsubscribe/<str:token>/", rights.unsubscribe, name="unsubscribe"),
    path("block/<str:token>/", rights.block, name="block"),
    path("come-back/<str:token>/", rights.come_back, name="come_back"),
    path("webhooks/<slug:provider>/tracking/", webhooks.tracking, name="webhook"),
]
if settings.LOCAL:  # For the eyes of whoever sits at this machine.
    urlpatterns += [
        path("mailbox/", mailbox.index, name="mailbox"),
        path("mailbox/<str:name>/", mailbox.letter, name="mailbox_letter"),
        path("mailbox/<str:name>/html/", mailbox.html, name="mailbox_html"),
        path("letters/", gallery.index, name="gallery"),
        path("letters/<str:name>/", gallery.letter, name="gallery_letter"),
        path("letters/<str:name>/html/", gallery.html, name="gallery_html"),
    ]
