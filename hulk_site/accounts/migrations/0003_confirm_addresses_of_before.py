from django.db import migrations


def confirm(apps, schema_editor):
    """Accounts of before sign-up were made by the operator, whose word an address is."""
    User = apps.get_model("accounts", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    taken = set(EmailAddress.objects.filter(verified=True).values_list("email", flat=True))
    have = set(EmailAddress.objects.filter(primary=True).values_list("user_id", flat=True))
    for user in User.objects.exclude(email="").order_by("pk"):
        email = user.email.lower()
        if email not in taken and user.pk not in have:
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
            taken.add(email)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_account_events"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.RunPython(confirm, migrations.RunPython.noop),
    ]
