"""Parsers of environment variables: each takes a variable's name, and returns its value or raises ImproperlyConfigured
with one sentence that names the variable and shows a value that would do. What to read is said in settings.py.

A value comes out as it is used: a host as DNS and Host headers have it, a sender as a header has it. One that cannot
be understood is shown only where no password can be in it.
"""

from digest.environment.addresses import LOOPBACK, networks, site_address, url_path, web_address
from digest.environment.joining import SignUpRule, sign_up_rule
from digest.environment.keys import dkim_key, dkim_selector, signing_key, signing_keys, webhook_secrets
from digest.environment.limits import domain_limits, sending_limits
from digest.environment.mail import bare_address, contact, from_header, imap_login, sender, smtp_server
from digest.environment.stores import broker, database, folder, for_us_alone, own_database
from digest.environment.variables import (
    choice,
    family,
    first_day,
    language,
    listed,
    one_line,
    passed_on,
    required,
    seconds,
    switch,
    variable,
    whole_number,
)

__all__ = [
    "LOOPBACK",
    "SignUpRule",
    "bare_address",
    "broker",
    "choice",
    "contact",
    "database",
    "dkim_key",
    "dkim_selector",
    "domain_limits",
    "family",
    "first_day",
    "folder",
    "for_us_alone",
    "from_header",
    "imap_login",
    "language",
    "listed",
    "networks",
    "one_line",
    "own_database",
    "passed_on",
    "required",
    "seconds",
    "sender",
    "sending_limits",
    "sign_up_rule",
    "signing_key",
    "signing_keys",
    "site_address",
    "smtp_server",
    "switch",
    "url_path",
    "variable",
    "web_address",
    "webhook_secrets",
    "whole_number",
]
