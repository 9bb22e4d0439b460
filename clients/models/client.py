"""Clients, which are creditors, and their users; and how both are searched."""

from __future__ import annotations

import uuid
from typing import ClassVar, NamedTuple, Self

import pghistory
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now

from clients.countries import country_name
from edge.rows import Columns, Statement

# The labels of `Client.details`, in the order in which they are shown.
LABELS = ["Company", "Registration number", "Address", "Country", "E-mail", "Phone"]
WITHOUT_ADDRESSES = ["support_email", "support_email_key"]


class KnownAs(models.Func):
    """
    The text by which the row with this id is searched: names, numbers and e-mail addresses, folded, one per line.

    It is a column of clients, users and signatures that the models do not have (migrations 0014 and 0018): with a
    GeneratedField, Django would query PostgreSQL's version at start.
    """

    template = "(SELECT known.known_as FROM %(table)s known WHERE known.id = %(expressions)s)"
    output_field = models.TextField()

    def __init__(self, id: str, *, table: str = "clients_client") -> None:
        super().__init__(id, table=table)


class Holds(models.Func):
    """
    Whether KnownAs contains this text, whatever its letter case, accents and apostrophes (migration 0014).

    `strpos` is many times faster than LIKE where KnownAs is long. The text is folded in a subquery, since a prepared
    statement would otherwise fold it again for each row.
    """

    template = "strpos(%(expressions)s) > 0"
    output_field = models.BooleanField()

    def __init__(self, known_as: KnownAs, text: str) -> None:
        folded = models.Func(Value(text), template="(SELECT debitura_folded(%(expressions)s))")
        super().__init__(known_as, folded)


class ClientQuerySet(models.QuerySet["Client"]):
    """Selections of clients."""

    def lock(self) -> Self:
        """Lock their rows until the transaction ends: the mutex for everything that is decided about a client."""
        return self.select_for_update(no_key=True, of=("self",))

    def known_as(self, text: str) -> Self:
        """Clients whose name, registration number or support e-mail contains this, however it is accented."""
        return self.filter(Holds(KnownAs("pk"), text))


@pghistory.track(
    pghistory.UpdateEvent("changed", row=pghistory.Old), exclude=WITHOUT_ADDRESSES, model_name="ClientHistory"
)
class Client(models.Model):
    """A company with unpaid invoices. Never deleted: withdrawing and erasing blank it in place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("company name", max_length=200)
    registration_number = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    address = models.CharField(max_length=500, blank=True)
    zip_code = models.CharField("postal code", max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    support_email = models.EmailField("support e-mail", max_length=254)
    # Together with the id a foreign key to EmailAddress, which Django cannot express: see migration 0002.
    support_email_key = models.CharField(max_length=300, null=True, editable=False)
    support_phone = models.CharField(max_length=32, blank=True)
    details_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    users_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        permissions: ClassVar = [
            ("correct_users", "Can correct users and addresses"),
            ("change_company_name", "Can change the company's name"),
        ]
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="client_by_name")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="client_country_is_alpha_2")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def country_name(self) -> str:
        """The English name of the country."""
        return country_name(self.country)

    def details(self) -> dict[str, str]:
        """What identifies the company in the agreement, by label; blank facts are left out."""
        place = " ".join(filter(None, [self.zip_code, self.city]))
        facts = {
            "Company": self.name,
            "Registration number": self.registration_number,
            "Address": ", ".join(filter(None, [self.address, place, self.state])),
            "Country": self.country_name,
            "E-mail": self.support_email,
            "Phone": self.support_phone,
        }
        return {label: value for label, value in facts.items() if value}


class Role(models.TextChoices):
    """What a user may do for the company."""

    CREDITOR_ADMIN = "CreditorAdmin", "Creditor admin"
    CREDITOR_USER = "CreditorUser", "Creditor user"


@pghistory.track(
    pghistory.UpdateEvent("changed", row=pghistory.Old),
    pghistory.DeleteEvent("removed"),
    exclude=["email", "email_key"],
    model_name="UserHistory",
)
class User(models.Model):
    """A user of a client. Has no password, but proves each time by a mailed code that the address is theirs."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="users")
    name = models.CharField(max_length=200)
    email = models.EmailField("e-mail address", max_length=254)
    email_key = models.CharField(max_length=300, null=True, editable=False)
    role = models.CharField(max_length=20, choices=Role, default=Role.CREDITOR_USER)

    class Meta:
        ordering: ClassVar = ["role", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "email_key"], name="one_user_per_address_of_a_client"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        """All but the last word of the name (product-rules 5)."""
        return self.name.rpartition(" ")[0]

    @property
    def last_name(self) -> str:
        """The last word of the name."""
        return self.name.rpartition(" ")[2]


CLIENT = Columns(Client, "client")
USER = Columns(User, "client_user")


class UserRow(NamedTuple):
    """A user."""

    user: User


# Every answer about a client needs this, and the ORM takes longer to build the query than PostgreSQL to answer it.
USERS_OF = Statement(
    UserRow, "SELECT {user} FROM clients_user client_user WHERE client_id = %s ORDER BY role, id", user=USER
)


def users_of(client_id: uuid.UUID) -> list[User]:
    """The client's users, creditor admins first."""
    return [row.user for row in USERS_OF.ask([client_id])]
