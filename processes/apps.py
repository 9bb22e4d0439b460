"""The processes that run: web and worker; how they start, and what becomes of the work of one that died."""

from django.apps import AppConfig


class ProcessesConfig(AppConfig):
    """An app without models."""

    name = "processes"
    label = "processes"
