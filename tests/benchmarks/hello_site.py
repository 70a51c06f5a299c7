"""The site with one more page, which says hello: what Django can do behind the site's own middleware and guard."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from digest.asgi import application
from digest.urls import urlpatterns


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello\n")


urlpatterns.insert(0, path("hello", hello))
site = application
