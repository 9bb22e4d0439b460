"""Read environment variables, and detect a production environment in which DEBUG must be off."""

from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

SWITCH = dict.fromkeys(("1", "true", "on", "yes"), True) | dict.fromkeys(("0", "false", "off", "no"), False)
LOCAL = {"localhost", "127.0.0.1", "[::1]"}


class Environment(environ.Env):  # type: ignore[misc]  # environ has no types
    """Reads variables; errors name the variable but never show its value, which may be secret."""

    def get_value(self, var: str, cast: Any = None, *more: Any, **options: Any) -> Any:
        """Read a variable; raises ImproperlyConfigured where the value cannot be read."""
        try:
            return super().get_value(var, cast, *more, **options)
        except ValueError:
            raise ImproperlyConfigured(f"{var} is not what it must be; docs/operations.md says what.") from None

    def switch(self, var: str, *, default: bool) -> bool:
        """Read a boolean. Empty means the default; an unknown word is an error, so that a typo turns nothing off."""
        given = self.str(var, default="").strip().casefold()
        if given and given not in SWITCH:
            raise ImproperlyConfigured(f"{var} must be 1 or 0.")
        return SWITCH.get(given, default)

    def number(self, var: str, *, default: int, least: int, most: int) -> int:
        """Read a whole number from `least` to `most`."""
        given: int = self.int(var, default=default)
        if not least <= given <= most:
            raise ImproperlyConfigured(f"{var} must be a number from {least} to {most}.")
        return given

    @classmethod
    def db_url_config(cls, url: str, *more: Any, **options: Any) -> Any:
        """Read a database URL. What usually fails is a password with unescaped URL characters."""
        try:
            return super().db_url_config(url, *more, **options)
        except ValueError:
            raise ImproperlyConfigured(
                "DATABASE_URL cannot be read; write / in a name or password as %2F, # as %23, ? as %3F, @ as %40."
            ) from None


def of_production(base_url: str, hosts: list[str], environment: str) -> list[str]:
    """
    Name the settings that look like production's; empty on a developer's machine.

    DEBUG would be unsafe there: it keeps secrets in files, needs no second factor, and shows everybody's mail.
    """
    base = urlsplit(base_url)
    facts = {
        "ONBOARDING_BASE_URL": base.scheme == "https" or base.hostname not in {*LOCAL, "::1"},
        "ALLOWED_HOSTS": not LOCAL.issuperset(hosts),
        "ENVIRONMENT": environment.casefold() in ("production", "prod", "live"),
    }
    return [name for name, is_so in facts.items() if is_so]


def network(address: str) -> str:
    """Read a network or a single address; raises ValueError for one that covers all addresses."""
    network = ip_network(address.strip(), strict=False)
    if network.prefixlen == 0:
        raise ValueError("everybody")
    return str(network)
