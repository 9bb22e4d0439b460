"""The groups of the staff; made anew after every migrate, so the code is the truth (product-rules 8)."""

from enum import StrEnum
from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule


class Group(StrEnum):
    """Whom a member of the staff works for; superusers may do everything and are in none."""

    SUPPORT = "Support"
    LEGAL = "Legal"
    PARTNER_MANAGERS = "Partner managers"
    OPERATIONS = "Operations"


# Of one app: code names of its permissions. An app declares them as RIGHTS in a module `rights`.
type Rights = dict[Group, list[str]]


def make_groups(**signal: Any) -> None:
    """Give each group exactly its permissions, once the last of them exists."""
    groups, permissions = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    known = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in permissions.objects.select_related("content_type")
    }
    declared = [(app.label, rights_of(app)) for app in apps.get_app_configs()]
    for name in Group:
        group, _ = groups.objects.get_or_create(name=name.value)
        wanted = [(label, codename) for label, rights in declared for codename in rights.get(name, [])]
        group.permissions.set([known[permission] for permission in wanted if permission in known])


def rights_of(app: AppConfig) -> Rights:
    """What an app declares; most of Django's declare nothing."""
    if app.module is None or not module_has_submodule(app.module, "rights"):
        return {}
    rights: Rights = import_module(f"{app.name}.rights").RIGHTS
    return rights
