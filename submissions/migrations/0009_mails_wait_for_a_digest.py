from django.db import migrations, models

STATES = [
    ("waiting", "waits"),
    ("sent", "sent"),
    ("failed", "given up"),
    ("uncertain", "handed over, and never heard of again"),
]


class Migration(migrations.Migration):
    """Nothing is skipped any more; what was, was given up."""

    dependencies = [("submissions", "0008_what_an_upload_replaces")]

    operations = [
        migrations.RunSQL(
            "UPDATE submissions_mail SET state = 'failed' WHERE state = 'skipped'", migrations.RunSQL.noop
        ),
        migrations.AlterField("mail", "state", models.CharField(choices=STATES, default="waiting", max_length=10)),
        migrations.AlterField("call", "state", models.CharField(choices=STATES, default="waiting", max_length=10)),
    ]
