"""How variables of the environment are read, and what must not be there together with DEBUG."""

from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

SWITCH = dict.fromkeys(("1", "true", "on", "yes"), True) | dict.fromkeys(("0", "false", "off", "no"), False)
LOCAL = {"localhost", "127.0.0.1", "[::1]"}


class Environment(environ.Env):  # type: ignore[misc]  # its maker left it untyped
    """The environment; a value that cannot be read is named by its variable and never shown."""

    def get_value(self, var: str, cast: Any = None, *more: Any, **options: Any) -> Any:
        """Read a variable."""
        try:
            return super().get_value(var, cast, *more, **options)
        except ValueError:
            raise ImproperlyConfigured(f"{var} is not what it must be; docs/operations.md says what.") from None

    def switch(self, var: str, *, default: bool) -> bool:
        """Read a switch; empty is as if it were not there, and a word that is none must not switch anything off."""
        given = self.str(var, default="").strip().casefold()
        if given and given not in SWITCH:
            raise ImproperlyConfigured(f"{var} must be 1 or 0.")
        return SWITCH.get(given, default)

    def number(self, var: str, *, default: int, least: int, most: int) -> int:
        """Read a whole number within its bounds."""
        given: int = self.int(var, default=default)
        if not least <= given <= most:
            raise ImproperlyConfigured(f"{var} must be a number from {least} to {most}.")
        return given

    @classmethod
    def db_url_config(cls, url: str, *more: Any, **options: Any) -> Any:
        """Read the URL of a database; a password with letters that mean something in a URL is the usual fault."""
        try:
            return super().db_url_config(url, *more, **options)
        except ValueError:
            raise ImproperlyConfigured(
                "DATABASE_URL cannot be read; write / in a name or password as %2F, # as %23, ? as %3F, @ as %40."
            ) from None


def of_production(base_url: str, hosts: list[str], environment: str) -> list[str]:
    """Name what only a server has: DEBUG has secrets that lie about, no second factor, everybody's mail on a page."""
    base = urlsplit(base_url)
    facts = {
        "ONBOARDING_BASE_URL": base.scheme == "https" or base.hostname not in {*LOCAL, "::1"},
        "ALLOWED_HOSTS": not LOCAL.issuperset(hosts),
        "ENVIRONMENT": environment.casefold() in ("production", "prod", "live"),
    }
    return [name for name, is_so in facts.items() if is_so]


def network(address: str) -> str:
    """A network or an address, which is a network of one; not all addresses that there are."""
    network = ip_network(address.strip(), strict=False)
    if network.prefixlen == 0:
        raise ValueError("everybody")
    return str(network)
