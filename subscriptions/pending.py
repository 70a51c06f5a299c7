"""What a browser remembers of the sign-up that it made, for the page after it. We remember nothing: whose address it
is nobody has proved, so all of it is in a signed cookie."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE, SALT = "sign-up", "subscriptions.pending"
REMEMBERED_FOR = timedelta(hours=12)


class Pending(NamedTuple):
    address: str
    at: datetime  # by it and the address the sign-up is known
    brings: dict[str, Any]  # by the fields of SignUpForm

    @property
    def chosen(self) -> dict[str, Any]:
        """By the fields of ChoiceForm."""
        asked = {name: self.brings.get(name) for name in ("topics", "zone", "hour")}
        return {name: value for name, value in asked.items() if value not in (None, "")}


def remembered(response: HttpResponse, asked: Pending) -> HttpResponse:
    written = signing.dumps([asked.address, asked.at.isoformat(), asked.brings], salt=SALT, compress=True)
    response.set_cookie(
        COOKIE,
        written,
        max_age=REMEMBERED_FOR,
        path="/subscribe/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def of(request: HttpRequest) -> Pending | None:
    """None where the browser keeps no cookies, or the sign-up was long ago."""
    try:
        address, at, brings = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=REMEMBERED_FOR)
    except signing.BadSignature:
        return None
    return Pending(address, datetime.fromisoformat(at), brings)
