"""The demo: sample data, and a page that shows the mail sent. Works only with DEBUG."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """An app without models."""

    name = "debitura.demo"
    label = "demo"
