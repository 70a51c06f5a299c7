"""Signatures by which whoever gets a letter can tell that it is ours (DKIM, RFC 6376), where the mail server that
takes our letters makes none."""

from email import message_from_bytes
from email.utils import parseaddr

import dkim
from django.conf import settings

from subscriptions import mime

ALGORITHM = b"rsa-sha256"
# What nobody may change, take away or add: RFC 6376, 5.4.1, and for the way out of a list RFC 8058, 4. "From" is there
# twice, so that a second one is found out.
SIGNED = (
    *(b"from", b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"),
    *(b"list-unsubscribe", b"list-unsubscribe-post", b"list-id", b"feedback-id"),
)


def signed(content: bytes) -> bytes:
    """A letter as it goes over the wire, under its signature, if the site has a key: by the domain that it is from, as
    receivers ask for (DMARC: RFC 7489, 3.1.1)."""
    if not settings.DKIM_KEY:
        return content
    head = message_from_bytes(content.partition(b"\r\n\r\n")[0])
    domain = parseaddr(head["From"])[1].rpartition("@")[2]
    header: bytes = dkim.sign(
        mime.unstuffed(content), settings.DKIM_SELECTOR.encode(), domain.encode(), settings.DKIM_KEY.encode(),
        canonicalize=(b"relaxed", b"relaxed"), signature_algorithm=ALGORITHM, include_headers=SIGNED,
    )  # fmt: skip
    return header + content
