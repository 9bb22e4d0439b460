"""Staff accounts, their second factors, and failed sign-ins."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from edge.encryption import seal, unseal

LONGEST_NAME = 254


class StaffManager(BaseUserManager["Staff"]):
    """Makes accounts; sign-in ignores the letter case of the address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Staff:
        """Make an account; nobody can sign in to one without a password."""
        staff = self.model(email=email.strip().lower(), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Staff:
        """Make an account that may do everything."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Staff:
        """Find the account with this address, in any letter case; raises Staff.DoesNotExist."""
        return self.get(email=sign_in_name(username or ""))


class Staff(AbstractBaseUser, PermissionsMixin):
    """A colleague: the account of somebody who works at Debitura. Clients' users have no login and no row here."""

    email = models.EmailField("e-mail address", max_length=LONGEST_NAME, unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField("active", default=True, help_text="Take this away instead of deleting an account.")
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = StaffManager()

    class Meta:
        verbose_name = verbose_name_plural = "staff"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(email=models.functions.Lower("email")),
                name="staff_sign_in_with_a_lower_case_address",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the account is active; Django's admin asks for this name."""
        return self.is_active


def sign_in_name(typed: str) -> str:
    """An account's address as it is stored: trimmed and in lower case."""
    return typed.strip().lower()


class FailedSignIn(models.Model):
    """
    A failed attempt to sign in, counted by staff.throttle.

    `browser` names the browser if somebody had signed in to this account with it before, else it is blank.
    """

    at = models.DateTimeField()
    name = models.CharField(max_length=LONGEST_NAME)
    address = models.GenericIPAddressField(null=True)
    network = models.CharField(max_length=43, blank=True)
    browser = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "failed sign-in"
        ordering: ClassVar = ["-at"]
        indexes: ClassVar = [
            models.Index(fields=["name", "at"], name="failed_sign_in_by_name"),
            models.Index(fields=["network", "at"], name="failed_sign_in_by_network"),
            models.Index(fields=["at"], name="failed_sign_in_by_time"),
        ]

    def __str__(self) -> str:
        return f"failed sign-in {self.pk}"


class SecondFactor(TOTPDevice):
    """
    An authenticator app on a colleague's phone.

    Uses django-otp's table, but its column `key` holds the key encrypted, in a way that fits this account alone.
    """

    class Meta:
        proxy = True
        verbose_name = "second factor"

    @classmethod
    def seal_key(cls, key: bytes, *, staff_id: int) -> str:
        """Encrypt a key for this account, as the column `key` holds it."""
        return seal(key, of=_second_factor_of(staff_id)).hex()

    @property
    def bin_key(self) -> bytes:
        """The decrypted key; django-otp reads it only through this property."""
        return unseal(super().bin_key, of=_second_factor_of(self.user_id))

    @classmethod
    @transaction.atomic
    def reseal(cls) -> int:
        """Re-encrypt the rows that are not encrypted with the first key; return how many there were."""
        resealed = 0
        for device in cls.objects.select_for_update():
            key = cls.seal_key(device.bin_key, staff_id=device.user_id)
            if key != device.key:
                resealed += cls.objects.filter(pk=device.pk).update(key=key)
        return resealed


def _second_factor_of(staff_id: int) -> str:
    return f"second factor of staff {staff_id}"
