"""How many there are of what papers have, in words."""

from django.template import Library
from django.utils.translation import gettext, ngettext

register = Library()


@register.filter
def votes(n: int) -> str:
    return ngettext("%(n)s vote", "%(n)s votes", n) % {"n": n}


@register.filter
def votes_on_hugging_face(n: int) -> str:
    return gettext("%(said)s on Hugging Face") % {"said": votes(n)}


@register.filter
def comments(n: int) -> str:
    return ngettext("%(n)s comment", "%(n)s comments", n) % {"n": n}


@register.filter
def stars(n: int) -> str:
    return ngettext("%(n)s star on GitHub", "%(n)s stars on GitHub", n) % {"n": n}


@register.filter
def authors(n: int) -> str:
    return gettext("(%(n)s authors)") % {"n": n}
