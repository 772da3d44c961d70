from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("submissions", "0007_blind")]

    operations = [
        migrations.AddField(
            "upload",
            "replaces",
            models.CharField(
                max_length=64,
                null=True,
                blank=True,
                help_text="SHA-256 of what may stand at its place when it is complete; empty: nothing; null: anything.",
            ),
        ),
    ]
