"""Migrate an empty database and make a partner; prints its key. Runs as a process of its own."""

import os
import sys

import django


def main() -> None:
    """Prepare the database that the environment names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "debitura.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    from cases.models import CollectionPartner, Coverage, ExchangeRate
    from partners.issue_key import issue_key
    from partners.models import ReferralPartner

    partner = ReferralPartner.objects.create(name="Chaos A/S", short_name="Chaos", fee_percentage=10)
    collector = CollectionPartner.objects.create(name="Chaos Inkasso", platform_share_percentage=20)
    Coverage.objects.create(collection_partner=collector, country="DE", position=0)
    ExchangeRate.objects.create(currency="EUR", date="2026-01-01", usd_per_unit="1.08")
    sys.stdout.write(issue_key(partner=partner, label="chaos", live=True)[1])


if __name__ == "__main__":
    main()
