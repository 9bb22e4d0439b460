"""Clients, their users and addresses, links to partners, the agreement and its signatures."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("partners", "0001_partners_and_keys"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgreementHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("text", models.TextField(help_text="Markdown: headings, paragraphs, lists, tables.")),
                (
                    "text_sha256",
                    models.CharField(default="", editable=False, max_length=64, verbose_name="SHA-256 of the text"),
                ),
                (
                    "summary_of_changes",
                    models.TextField(blank=True, help_text="What is different, for those who signed before."),
                ),
                (
                    "is_material",
                    models.BooleanField(
                        default=True,
                        help_text="Whether clients who signed an earlier version must sign this one.",
                        verbose_name="material",
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("required_from", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200, verbose_name="company name")),
                ("registration_number", models.CharField(blank=True, max_length=64)),
                ("country", models.CharField(help_text="ISO 3166-1 alpha-2.", max_length=2)),
                ("address", models.CharField(blank=True, max_length=500)),
                ("zip_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
                ("city", models.CharField(blank=True, max_length=100)),
                ("state", models.CharField(blank=True, max_length=100)),
                ("support_email", models.EmailField(max_length=254, verbose_name="support e-mail")),
                ("support_email_key", models.CharField(editable=False, max_length=300, null=True)),
                ("support_phone", models.CharField(blank=True, max_length=32)),
                ("details_confirmed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("users_confirmed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "ordering": ["name", "pk"],
                "permissions": [
                    ("correct_users", "Can correct users and addresses"),
                    ("change_company_name", "Can change the company's name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ("name", models.CharField(max_length=200, verbose_name="company name")),
                ("registration_number", models.CharField(blank=True, max_length=64)),
                ("country", models.CharField(help_text="ISO 3166-1 alpha-2.", max_length=2)),
                ("address", models.CharField(blank=True, max_length=500)),
                ("zip_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
                ("city", models.CharField(blank=True, max_length=100)),
                ("state", models.CharField(blank=True, max_length=100)),
                ("support_phone", models.CharField(blank=True, max_length=32)),
                ("details_confirmed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("users_confirmed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EmailAddress",
            fields=[
                ("address", models.CharField(max_length=300, primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "e-mail address",
                "verbose_name_plural": "e-mail addresses",
            },
        ),
        migrations.CreateModel(
            name="ReferralPartnerClientLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("external_tenant_id", models.CharField(max_length=255, verbose_name="external tenant id")),
                (
                    "is_attributed",
                    models.BooleanField(
                        help_text="The partner made this client, and earns on all of its cases.",
                        verbose_name="attributed",
                    ),
                ),
                ("fee_percentage", models.DecimalField(decimal_places=2, max_digits=5)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "link",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="ReferralPartnerClientLinkHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ("external_tenant_id", models.CharField(max_length=255, verbose_name="external tenant id")),
                (
                    "is_attributed",
                    models.BooleanField(
                        help_text="The partner made this client, and earns on all of its cases.",
                        verbose_name="attributed",
                    ),
                ),
                ("fee_percentage", models.DecimalField(decimal_places=2, max_digits=5)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("archived_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("partner_name", models.CharField(max_length=200)),
                ("company_name", models.CharField(max_length=200)),
                ("company_details", models.JSONField(help_text="What the page showed of the company, by label.")),
                ("agreement_sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the agreement's text")),
                ("consent", models.TextField(verbose_name="wording of the consent")),
                ("signer_name", models.CharField(max_length=200, verbose_name="name as typed")),
                ("signer_user_id", models.BigIntegerField(help_text="The user who proved the address.")),
                ("signer_email", models.EmailField(max_length=254, verbose_name="proven address")),
                ("address_verified_how", models.CharField(max_length=200)),
                ("address_verified_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField()),
                ("ip_address", models.GenericIPAddressField(blank=True, null=True, verbose_name="IP address")),
                ("user_agent", models.CharField(blank=True, max_length=500)),
                ("invalidated_at", models.DateTimeField(blank=True, null=True)),
                ("invalidated_why", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-signed_at"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("email_key", models.CharField(editable=False, max_length=300, null=True)),
                (
                    "role",
                    models.CharField(
                        choices=[("CreditorAdmin", "Creditor admin"), ("CreditorUser", "Creditor user")],
                        default="CreditorUser",
                        max_length=20,
                    ),
                ),
            ],
            options={
                "ordering": ["role", "pk"],
            },
        ),
        migrations.CreateModel(
            name="UserHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[("CreditorAdmin", "Creditor admin"), ("CreditorUser", "Creditor user")],
                        default="CreditorUser",
                        max_length=20,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("title", models.CharField(max_length=200)),
                ("text", models.TextField(help_text="Markdown: headings, paragraphs, lists, tables.")),
                (
                    "text_sha256",
                    models.CharField(default="", editable=False, max_length=64, verbose_name="SHA-256 of the text"),
                ),
                (
                    "summary_of_changes",
                    models.TextField(blank=True, help_text="What is different, for those who signed before."),
                ),
                (
                    "is_material",
                    models.BooleanField(
                        default=True,
                        help_text="Whether clients who signed an earlier version must sign this one.",
                        verbose_name="material",
                    ),
                ),
                ("published_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("required_from", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "ordering": ["-number"],
                "permissions": [
                    ("publish_agreement", "Can publish an agreement"),
                    ("view_draft_agreement", "Can see drafts of agreements"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="agreement_numbers_begin_at_1"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("required_from", None)),
                            ("required_from__gte", models.F("published_at")),
                            _connector="OR",
                        ),
                        name="agreement_is_required_from_its_publication_at_the_earliest",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="agreement",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "clients_agreementhistory" ("created_at", "id", "is_material", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "required_from", "summary_of_changes", "text", "text_sha256", "title") VALUES (OLD."created_at", OLD."id", OLD."is_material", OLD."number", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."published_at", OLD."required_from", OLD."summary_of_changes", OLD."text", OLD."text_sha256", OLD."title"); RETURN NULL;',
                    hash="25a54c7f92960354677181e7f9eede32ce1c7a69",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_update_d2947",
                    table="clients_agreement",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="agreementhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="agreementhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="clients.agreement",
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["name", "id"], name="client_by_name"),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="client_country_is_alpha_2"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="client",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."city" IS DISTINCT FROM (NEW."city") OR OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."details_confirmed_at" IS DISTINCT FROM (NEW."details_confirmed_at") OR OLD."erased_at" IS DISTINCT FROM (NEW."erased_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."registration_number" IS DISTINCT FROM (NEW."registration_number") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."support_phone" IS DISTINCT FROM (NEW."support_phone") OR OLD."users_confirmed_at" IS DISTINCT FROM (NEW."users_confirmed_at") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at") OR OLD."zip_code" IS DISTINCT FROM (NEW."zip_code"))',
                    func='INSERT INTO "clients_clienthistory" ("address", "city", "country", "created_at", "details_confirmed_at", "erased_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registration_number", "state", "support_phone", "users_confirmed_at", "withdrawn_at", "zip_code") VALUES (OLD."address", OLD."city", OLD."country", OLD."created_at", OLD."details_confirmed_at", OLD."erased_at", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."registration_number", OLD."state", OLD."support_phone", OLD."users_confirmed_at", OLD."withdrawn_at", OLD."zip_code"); RETURN NULL;',
                    hash="fbb9e59fbf2c4ed2377952a21a7d72bd9adcfda8",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_update_32136",
                    table="clients_client",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="clienthistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="clienthistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="emailaddress",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="addresses", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="referralpartnerclientlink",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="links", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="referralpartnerclientlink",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="links", to="partners.referralpartner"
            ),
        ),
        migrations.AddField(
            model_name="referralpartnerclientlinkhistory",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="referralpartnerclientlinkhistory",
            name="partner",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="partners.referralpartner",
            ),
        ),
        migrations.AddField(
            model_name="referralpartnerclientlinkhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="referralpartnerclientlinkhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="clients.referralpartnerclientlink",
            ),
        ),
        migrations.CreateModel(
            name="SignedDocument",
            fields=[
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="document",
                        serialize=False,
                        to="clients.signature",
                    ),
                ),
                ("pdf", models.BinaryField()),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("renderer", models.CharField(max_length=50)),
                ("template_version", models.CharField(max_length=20)),
                ("is_accessible", models.BooleanField(help_text="Tagged as PDF/UA; not so where a glyph was missing.")),
            ],
        ),
        migrations.AddField(
            model_name="signature",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="clients.agreement"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="invalidated_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatures",
                to="clients.referralpartnerclientlink",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="partners.referralpartner"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="users", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="userhistory",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="userhistory",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="userhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="clients.user",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="agreementhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b5ecfd1bd96fb026af64054d6c3b3694c957b2bb",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_62235",
                    table="clients_agreementhistory",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clienthistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="12cc28760e2d852c6cb9feda0f375cb9513b05a2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ba6e8",
                    table="clients_clienthistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="emailaddress",
            constraint=models.UniqueConstraint(fields=("address", "client"), name="address_with_its_client"),
        ),
        migrations.AddConstraint(
            model_name="referralpartnerclientlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("archived_at", None)),
                fields=("partner", "external_tenant_id"),
                name="one_active_link_per_partner_and_tenant_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralpartnerclientlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("archived_at", None)), fields=("client",), name="one_active_link_per_client"
            ),
        ),
        migrations.AddConstraint(
            model_name="referralpartnerclientlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_percentage__gte", 0), ("fee_percentage__lte", 100)),
                name="link_fee_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralpartnerclientlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("archived_at", None), ("archived_at__gte", models.F("created_at")), _connector="OR"
                ),
                name="link_archived_after_it_was_made",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referralpartnerclientlink",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "clients_referralpartnerclientlinkhistory" ("archived_at", "client_id", "created_at", "external_tenant_id", "fee_percentage", "id", "is_attributed", "partner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."archived_at", OLD."client_id", OLD."created_at", OLD."external_tenant_id", OLD."fee_percentage", OLD."id", OLD."is_attributed", OLD."partner_id", _pgh_attach_context(), NOW(), \'changed\', OLD."id"); RETURN NULL;',
                    hash="db7dcd7df558a64b0c7c5e6192c6ff9569247f28",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_update_83397",
                    table="clients_referralpartnerclientlink",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="referralpartnerclientlinkhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a6a52e5a6a3d15b846cd5b393bdd04d132c05e6e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a4de4",
                    table="clients_referralpartnerclientlinkhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("invalidated_at", None)),
                fields=("client", "agreement", "company_name"),
                name="one_signature_per_client_version_and_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invalidated_at", None), ("invalidated_by", None), ("invalidated_why", "")),
                    models.Q(
                        ("invalidated_at__isnull", False),
                        ("invalidated_by__isnull", False),
                        models.Q(("invalidated_why", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="signature_is_invalidated_by_somebody_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("address_verified_at__lte", models.F("signed_at"))),
                name="address_is_verified_before_signing",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("client", "email_key"), name="one_user_per_address_of_a_client"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["CreditorAdmin", "CreditorUser"])), name="user_role_is_known"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="changed_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."role" IS DISTINCT FROM (NEW."role"))',
                    func='INSERT INTO "clients_userhistory" ("client_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role") VALUES (OLD."client_id", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'changed\', OLD."id", OLD."role"); RETURN NULL;',
                    hash="70c78bb88f27adf943db3ebf62b74283facdaa45",
                    operation="UPDATE",
                    pgid="pgtrigger_changed_update_85245",
                    table="clients_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="removed_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clients_userhistory" ("client_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role") VALUES (OLD."client_id", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'removed\', OLD."id", OLD."role"); RETURN NULL;',
                    hash="a702012b17b998aa2e0840903b61f48623d85f64",
                    operation="DELETE",
                    pgid="pgtrigger_removed_delete_90dc9",
                    table="clients_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="userhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="87631f1805f924455c9698c45f05e3a650c919e7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_c402c",
                    table="clients_userhistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
