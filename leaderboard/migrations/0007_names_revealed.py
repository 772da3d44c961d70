from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leaderboard', '0006_newest_entries_have_an_index'),
    ]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='what',
            field=models.CharField(choices=[('published', 'published'), ('withdrawn', 'withdrawn'), ('superseded', 'superseded'), ('rescored', 'rescored'), ('repriced', 'repriced'), ('baseline_loaded', 'baseline loaded'), ('revealed', 'names revealed'), ('gold_imported', 'gold labels imported')], max_length=20),
        ),
    ]
