"""Dates and times as the site writes them, by language. Where a language has none here, Django's own hold."""
