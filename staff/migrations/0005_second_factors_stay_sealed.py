"""An encrypted key of 20 bytes is 72 hexadecimal digits, one in clear is 40: that does not come in again."""

from django.db import migrations

SEALED = """
ALTER TABLE otp_totp_totpdevice ADD CONSTRAINT key_of_a_second_factor_is_encrypted CHECK (length(key) = 72);
"""
UNDONE = "ALTER TABLE otp_totp_totpdevice DROP CONSTRAINT key_of_a_second_factor_is_encrypted;"


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_seal_second_factors")]

    operations = [
        migrations.CreateModel(
            name="SecondFactor",
            fields=[],
            options={"verbose_name": "second factor", "proxy": True, "indexes": [], "constraints": []},
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunSQL(SEALED, UNDONE),
    ]
