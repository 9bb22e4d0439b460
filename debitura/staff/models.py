"""Debitura's own people: support, legal, partner managers, operations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone


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
        return self.get(email=(username or "").strip().lower())


class Staff(AbstractBaseUser, PermissionsMixin):
    """A person who works at Debitura; apart from clients' users, who have no login."""

    email = models.EmailField("e-mail address", max_length=254, unique=True)
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
