from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0004_rows_of_entries")]
    operations = [migrations.DeleteModel(name="PublishedScore")]
