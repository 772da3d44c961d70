from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('leaderboard', '0005_no_published_scores'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(models.OrderBy(models.F('published_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status', 'published')), name='newest_entries'),
        ),
    ]
