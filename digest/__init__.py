"""What does each reader get next, and why? Also the Django project."""

from digest.celery import app as celery_app

__all__ = ["celery_app"]
