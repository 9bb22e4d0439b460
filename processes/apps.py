"""The web and worker processes: how they start, and what happens to the jobs of one that died."""

from django.apps import AppConfig


class ProcessesConfig(AppConfig):
    """An app without models."""

    name = "processes"
    label = "processes"
