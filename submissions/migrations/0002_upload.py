import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('task', models.SlugField(max_length=40)),
                ('kind', models.CharField(choices=[('log', 'log'), ('predictions', 'predictions'), ('latencies', 'latencies'), ('energy', 'energy'), ('attachment', 'attachment')], max_length=12)),
                ('run', models.PositiveSmallIntegerField(default=1)),
                ('part', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(max_length=255)),
                ('size', models.PositiveBigIntegerField(help_text='Bytes of the whole file.')),
                ('sha256', models.CharField(blank=True, help_text='What the sender says it is; empty: not said.', max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('finished_at', models.DateTimeField(blank=True, help_text='When it became evidence.', null=True)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='submissions.submission')),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='upload_not_empty'), models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('submission', 'task', 'kind', 'run', 'part'), name='one_unfinished_upload_a_place')],
            },
        ),
    ]
