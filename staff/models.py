"""Debitura's own people: support, legal, partner managers, operations; and who failed to sign in as one of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from edge.encryption import seal, unseal

LONGEST_NAME = 254


class StaffManager(BaseUserManager["Staff"]):
    """Makes accounts; an address is a login in any letter case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Staff:
        """Make an account; without a password nobody can sign in to it."""
        staff = self.model(email=email.strip().lower(), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Staff:
        """Make an account that may do everything."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Staff:
        """Find the account that signs in with this address."""
        return self.get(email=sign_in_name(username or ""))


class Staff(AbstractBaseUser, PermissionsMixin):
    """A person who works at Debitura; apart from clients' users, who have no login."""

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
        """Every account here is staff; the admin asks."""
        return self.is_active


def sign_in_name(typed: str) -> str:
    """The one form of all ways to write the address of an account."""
    return typed.strip().lower()


class FailedSignIn(models.Model):
    """
    A try to sign in that has not succeeded; staff.throttle counts them.

    `browser` is the name of a browser in which this account had been signed in to before, blank for any other.
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

    django-otp's device, in its table, but that the column `key` holds the key encrypted, and only for this account.
    """

    class Meta:
        proxy = True
        verbose_name = "second factor"

    @classmethod
    def seal_key(cls, key: bytes, *, staff_id: int) -> str:
        """Write a key as the column holds it."""
        return seal(key, of=_second_factor_of(staff_id)).hex()

    @property
    def bin_key(self) -> bytes:
        """The key itself; all that django-otp does with it begins here."""
        return unseal(super().bin_key, of=_second_factor_of(self.user_id))

    @classmethod
    @transaction.atomic
    def reseal(cls) -> int:
        """Encrypt with the first key what is not; say how many that were."""
        resealed = 0
        for device in cls.objects.select_for_update():
            key = cls.seal_key(device.bin_key, staff_id=device.user_id)
            if key != device.key:
                resealed += cls.objects.filter(pk=device.pk).update(key=key)
        return resealed


def _second_factor_of(staff_id: int) -> str:
    return f"second factor of staff {staff_id}"
