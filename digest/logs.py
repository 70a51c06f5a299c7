"""What the logs show: never the token of a link, which is as good as its reader's word."""

import logging
import re

TOKEN = re.compile(r"/(confirm|manage|unsubscribe|fresh-link)/[^/\s]+")


class WithoutTokens(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub(r"/\1/...", super().format(record))
