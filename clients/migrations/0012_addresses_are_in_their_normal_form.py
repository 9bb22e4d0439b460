"""A key is a mailbox: in ASCII, in lower case, with one @."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0011_keys_of_addresses_anew")]

    operations = [
        migrations.AddConstraint(
            model_name="emailaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(address__regex=r"^[!-?\[-~]+@[a-z0-9.-]+$"),
                name="address_is_a_mailbox_in_lower_case",
            ),
        ),
    ]
