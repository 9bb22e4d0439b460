"""
Keys of second factors are encrypted, with ENCRYPTION_KEYS of the environment that migrates.

Until the code of the release before is stopped, it takes them for keys as they are, and no code from a phone fits: staff
sign in when the new one runs.
"""

from django.db import migrations

from edge.encryption import seal, unseal


def seal_keys(apps, schema_editor):
    for device in apps.get_model("otp_totp", "TOTPDevice").objects.select_for_update():
        device.key = seal(bytes.fromhex(device.key), of=f"second factor of staff {device.user_id}").hex()
        device.save(update_fields=["key"])


def unseal_keys(apps, schema_editor):
    for device in apps.get_model("otp_totp", "TOTPDevice").objects.select_for_update():
        device.key = unseal(bytes.fromhex(device.key), of=f"second factor of staff {device.user_id}").hex()
        device.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0003_what_happens_now_is_dated_now"),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [migrations.RunPython(seal_keys, unseal_keys)]
