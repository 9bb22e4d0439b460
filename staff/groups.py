"""Groups of staff and their permissions, reset after every migrate: the code decides (product-rules 8)."""

from enum import StrEnum
from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule


class Group(StrEnum):
    """The teams that staff belong to. Superusers need no group: they may do everything."""

    SUPPORT = "Support"
    LEGAL = "Legal"
    PARTNER_MANAGERS = "Partner managers"
    OPERATIONS = "Operations"


# The codenames of an app's permissions by group; each app declares its own as RIGHTS in a module `rights`.
type Rights = dict[Group, list[str]]


def make_groups(**signal: Any) -> None:
    """Give each group exactly its permissions. Runs after each app, and skips permissions that do not exist yet."""
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
    """The RIGHTS that an app declares; empty where it has no `rights` module."""
    if app.module is None or not module_has_submodule(app.module, "rights"):
        return {}
    rights: Rights = import_module(f"{app.name}.rights").RIGHTS
    return rights
