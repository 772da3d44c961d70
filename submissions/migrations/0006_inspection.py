import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0005_organisations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Inspection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_hash', models.CharField(help_text='Of the manifest and the files that it is about.', max_length=64)),
                ('asked_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('failure', models.CharField(blank=True, help_text='Why there is no report, in words.', max_length=200)),
                ('report', models.JSONField(default=dict)),
                ('submission', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='inspection', to='submissions.submission')),
            ],
        ),
    ]
