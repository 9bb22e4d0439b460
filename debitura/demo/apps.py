"""The demo: data to try the product with, and a page that shows its mail. It works only with DEBUG."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """An app without models."""

    name = "debitura.demo"
    label = "demo"
