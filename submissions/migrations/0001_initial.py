import django.contrib.postgres.indexes
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('leaderboard', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('draft', 'draft'), ('queued', 'queued'), ('verifying', 'verifying'), ('invalid', 'invalid'), ('in_review', 'in review'), ('changes_requested', 'changes requested'), ('approved', 'approved'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn'), ('superseded', 'superseded'), ('quarantined', 'quarantined')], default='draft', max_length=20)),
                ('manifest', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('content_hash', models.CharField(blank=True, help_text='Of manifest and evidence, set when frozen.', max_length=64)),
                ('is_dry_run', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('first_queued_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, help_text='Times a worker took it since it was queued.')),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('not_before', models.DateTimeField(blank=True, null=True)),
                ('progress', models.FloatField(default=0.0)),
                ('activity', models.CharField(blank=True, help_text='What the worker does now, in words.', max_length=200)),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leaderboard.edition')),
                ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='leaderboard.entry')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to=settings.AUTH_USER_MODEL)),
                ('supersedes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='submissions.submission')),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('from_status', models.CharField(blank=True, choices=[('draft', 'draft'), ('queued', 'queued'), ('verifying', 'verifying'), ('invalid', 'invalid'), ('in_review', 'in review'), ('changes_requested', 'changes requested'), ('approved', 'approved'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn'), ('superseded', 'superseded'), ('quarantined', 'quarantined')], max_length=20)),
                ('to_status', models.CharField(choices=[('draft', 'draft'), ('queued', 'queued'), ('verifying', 'verifying'), ('invalid', 'invalid'), ('in_review', 'in review'), ('changes_requested', 'changes requested'), ('approved', 'approved'), ('rejected', 'rejected'), ('withdrawn', 'withdrawn'), ('superseded', 'superseded'), ('quarantined', 'quarantined')], max_length=20)),
                ('comment', models.TextField(blank=True)),
                ('content_hash', models.CharField(blank=True, max_length=64)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='submissions.submission')),
            ],
            options={
                'ordering': ['submission', 'at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('manifest', models.JSONField()),
                ('evidence', models.JSONField(help_text='[{task, kind, run, part, name, sha256, size}, …]')),
                ('content_hash', models.CharField(max_length=64)),
                ('frozen_at', models.DateTimeField()),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='submissions.submission')),
            ],
            options={
                'ordering': ['submission', '-number'],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.SlugField(max_length=40)),
                ('kind', models.CharField(choices=[('log', 'log'), ('predictions', 'predictions'), ('latencies', 'latencies'), ('energy', 'energy'), ('attachment', 'attachment')], max_length=12)),
                ('run', models.PositiveSmallIntegerField(default=1)),
                ('part', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(max_length=255)),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('uploaded_at', models.DateTimeField(auto_now=True)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='submissions.submission')),
            ],
            options={
                'verbose_name_plural': 'evidence',
                'ordering': ['submission', 'task', 'kind', 'run', 'part'],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.CharField(max_length=40)),
                ('task', models.SlugField(max_length=40)),
                ('day', models.DateField()),
                ('revision', models.PositiveIntegerField()),
                ('predictions', models.CharField(help_text='Hash of the predictions that were scored.', max_length=64)),
                ('given_back_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='submissions.submission')),
            ],
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('revision', models.PositiveIntegerField()),
                ('content_hash', models.CharField(max_length=64)),
                ('edition_revision', models.PositiveIntegerField()),
                ('engine_version', models.CharField(max_length=40)),
                ('gold', models.JSONField(default=dict, help_text='{task: {sha256, count, confirmed}}')),
                ('price', models.JSONField(default=dict)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField()),
                ('passed', models.BooleanField()),
                ('badge', models.CharField(blank=True, max_length=20)),
                ('findings', models.JSONField(default=list)),
                ('measurements', models.JSONField(default=list)),
                ('curves', models.JSONField(default=list, help_text='[{task, run, points, steps}, …]')),
                ('scores', models.JSONField(null=True)),
                ('preview_rank', models.JSONField(null=True)),
                ('digests', models.JSONField(default=dict, help_text='{task: [digest of the predictions a run]}')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verifications', to='submissions.submission')),
            ],
            options={
                'ordering': ['submission', '-number'],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=300)),
                ('key', models.CharField(max_length=200)),
                ('body_sha256', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('headers', models.JSONField(default=dict)),
                ('body', models.JSONField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'address', 'key'), name='idempotency_key_once')],
            },
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(condition=models.Q(('status', 'queued')), fields=['not_before'], name='queued_by_due'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(condition=models.Q(('status', 'verifying')), fields=['lease_until'], name='verifying_by_lease'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_token__isnull', False), ('lease_until__isnull', False), ('status', 'verifying')), models.Q(models.Q(('status', 'verifying'), _negated=True), ('lease_token', None), ('lease_until', None)), _connector='OR'), name='a_lease_only_while_verifying'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'queued'), _negated=True), ('not_before__isnull', False), _connector='OR'), name='queued_is_due'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved', 'superseded']), _negated=True), ('entry__isnull', False), _connector='OR'), name='approved_has_an_entry'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('submission', 'number'), name='revision_once'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(fields=('submission', 'task', 'kind', 'run', 'part'), name='evidence_once_a_place'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='evidence_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('run__gte', 1)), name='runs_count_from_one'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(fields=['account', 'day', 'task'], name='attempts_of_a_day'),
        ),
        migrations.AddIndex(
            model_name='verification',
            index=django.contrib.postgres.indexes.GinIndex(fields=['digests'], name='predictions_by_digest', opclasses=['jsonb_path_ops']),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.UniqueConstraint(fields=('submission', 'number'), name='verification_once'),
        ),
    ]
