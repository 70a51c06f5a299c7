"""Pages that are the same for everyone who asks for them."""

from collections.abc import Callable

from django.http import HttpResponse

View = Callable[..., HttpResponse]


def public(*parameters: str) -> Callable[[View], View]:
    """For a view whose answer may be kept and shown to others: it reads no session and writes no form's token. Of the
    address's query it is given these parameters alone, each once, so that nothing else can make another page of it. An
    answer that says itself for how long it is good is made for each who asks, within what a network may have of our
    CPU."""

    def decorate(view: View) -> View:
        view.parameters = parameters  # type: ignore[attr-defined]  # It goes on to what decorators make of the view.
        return view

    return decorate
