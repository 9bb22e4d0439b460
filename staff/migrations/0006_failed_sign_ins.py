from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0005_second_factors_stay_sealed"),
    ]

    operations = [
        migrations.CreateModel(
            name="FailedSignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("name", models.CharField(max_length=254)),
                ("address", models.GenericIPAddressField(null=True)),
                ("network", models.CharField(blank=True, max_length=43)),
                ("browser", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "failed sign-in",
                "ordering": ["-at"],
                "indexes": [
                    models.Index(fields=["name", "at"], name="failed_sign_in_by_name"),
                    models.Index(fields=["network", "at"], name="failed_sign_in_by_network"),
                    models.Index(fields=["at"], name="failed_sign_in_by_time"),
                ],
            },
        ),
    ]
