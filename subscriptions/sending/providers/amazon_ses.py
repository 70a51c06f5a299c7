"""Amazon SES. https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from subscriptions.sending.providers.base import DEFERRED, NOTHING, SOFT_BOUNCE, Provider

PROVIDER = Provider(
    "amazon_ses",
    "Amazon SES",
    places=(("bounce", "bounceType"), ("complaint", "complaintFeedbackType"), ("eventType",)),
    words={
        "DeliveryDelay": DEFERRED,
        "Transient": SOFT_BOUNCE,
        "Undetermined": SOFT_BOUNCE,
        "not-spam": NOTHING,  # A reader took the letter out of the spam folder.
    },
    error_places=(("Error", "Code"),),
    account_errors=frozenset(
        {
            *("AccountSuspendedException", "SendingPausedException", "MailFromDomainNotVerifiedException"),
            *("LimitExceededException", "AccessDeniedException", "UnrecognizedClientException"),
        }
    ),
    extra="amazon-ses",
)
