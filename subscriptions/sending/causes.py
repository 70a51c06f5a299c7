"""What is likely behind a refusal that is about us, for the operator: read from the server's words."""

import re

from django.utils.translation import gettext_lazy as _

LIKELY = (  # The first whose words are found, whatever their case.
    (
        r"starttls",
        _("it wants TLS: with a user and password in EMAIL_URL STARTTLS is used, with smtps:// TLS from the start"),
    ),
    (
        r"^53[45]|credential|username and password|authentication failed",
        _("the user or password in EMAIL_URL is wrong"),
    ),
    (
        r"^530|authenticat|log ?in",
        _("it wants a login: EMAIL_URL=smtp://user:password@host:587"),
    ),
    (
        r"certificate|ssl|\btls\b",
        _("TLS with it fails: see whether host and port in EMAIL_URL are those of its certificate"),
    ),
    (
        r"too many connections|concurren",
        _("it allows fewer connections: lower SENDER_CONNECTIONS"),
    ),
    (
        r"quota|limit|too many|too much|too fast|\brate\b|[45]\.4\.5|4\.7\.1|\b429\b",
        _("a limit of the account or server is used up: see SEND_LIMITS"),
    ),
    (
        r"\b402\b|payment|credits?\b|billing|suspend|paused|pending|account",
        _("the account at the mail provider may not send: see its dashboard"),
    ),
    (
        r"\b401\b|api.?key|token|unauthori[sz]ed",
        _("the key of the mail provider is wrong or was withdrawn"),
    ),
    (
        r"sender|\bfrom\b|5\.1\.[78]|not owned|verif|^553",
        _("it does not take the address in DEFAULT_FROM_EMAIL or TRANSACTIONAL_FROM_EMAIL for a sender of ours"),
    ),
    (
        r"relay",
        _("it does not relay for this machine: it wants a login in EMAIL_URL, or to know this machine’s address"),
    ),
    (
        r"too (big|large)|size|5\.3\.4",
        _("it finds the emails too large"),
    ),
    (
        r"storage|space|queue|[45]\.3\.",
        _("it is full or out of order"),
    ),
    (
        r"\b403\b",
        _("the mail provider refuses this key or sender: see its dashboard"),
    ),
    (
        r"block|reputation|spam|polic|5\.7\.",
        _("it refuses this machine or its emails by a policy of its own: ask whoever runs it"),
    ),
    (
        r"errno|unreachable|resol|not known|timed out|reached|broke|closed|refused",
        _("it is down, or the host and port in EMAIL_URL or a firewall are wrong"),
    ),
)


def likely(words: str) -> str:
    """To follow a colon; where nobody can say, where to look."""
    found = (why for pattern, why in LIKELY if re.search(pattern, words, re.IGNORECASE))
    return str(next(found, _("see the log of the mail server")))
