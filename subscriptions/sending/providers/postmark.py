"""Postmark. https://postmarkapp.com/developer/api/bounce-api#bounce-types
https://postmarkapp.com/developer/api/overview#error-codes
"""

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
    error_places=(("ErrorCode",),),
    account_errors=frozenset(
        {"10", "400", "401", "405", "412", "413"}
    ),  # token, sender, credits, not approved, closed
)
