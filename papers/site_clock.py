"""What time it is for papers, readers and letters.

It is the machine's time, but for a site that `manage.py run --now` shows as of another moment: it begins there, and
goes on in all the site's processes, which know by settings.CLOCK_AHEAD how far that is from the machine's time.

What is not the site's own stays real, and asks the machine or the database: how often sources are asked, how many
sign-ups are taken, how old a link is, and for how long a letter is in somebody's hands.
"""

from datetime import datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    return timezone.now() + settings.CLOCK_AHEAD


def of_site(moment: datetime) -> datetime:
    """What this clock shows at a moment of the machine's, such as that from which a source may be asked again."""
    return moment + settings.CLOCK_AHEAD
