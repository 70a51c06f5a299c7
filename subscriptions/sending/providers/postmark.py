"""Postmark. https://postmarkapp.com/developer/api/bounce-api#bounce-types"""

from subscriptions.sending.providers.base import HARD_BOUNCE, SOFT_BOUNCE, Provider

PROVIDER = Provider(
    "postmark",
    "Postmark",
    places=(("Type",), ("SuppressionReason",)),
    words={
        "ManuallyDeactivated": HARD_BOUNCE,
        "SoftBounce": SOFT_BOUNCE,
        "SpamNotification": SOFT_BOUNCE,  # A spam filter refused the letter, nobody complained.
    },
)
