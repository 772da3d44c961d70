import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0003_verification_excerpts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=500)),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('verified', 'verified'), ('decided', 'decided')], max_length=10), size=None)),
                ('created_at', models.DateTimeField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('event', models.CharField(help_text='What it tells about, such as `step 12`.', max_length=60)),
                ('created_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'waits'), ('sent', 'sent'), ('skipped', 'not sent: too many on one day'), ('failed', 'given up'), ('uncertain', 'handed over, and never heard of again')], default='waiting', max_length=10)),
                ('due_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('trouble', models.CharField(blank=True, help_text='What went wrong last, in our words.', max_length=200)),
                ('type', models.CharField(max_length=40)),
                ('body', models.TextField(help_text='JSON, byte for byte as it is signed and sent.')),
                ('status', models.PositiveSmallIntegerField(blank=True, help_text='HTTP status of the last answer.', null=True)),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='submissions.webhook')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('event', models.CharField(help_text='What it tells about, such as `step 12`.', max_length=60)),
                ('created_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'waits'), ('sent', 'sent'), ('skipped', 'not sent: too many on one day'), ('failed', 'given up'), ('uncertain', 'handed over, and never heard of again')], default='waiting', max_length=10)),
                ('due_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('trouble', models.CharField(blank=True, help_text='What went wrong last, in our words.', max_length=200)),
                ('topic', models.CharField(choices=[('received', 'Your submission has been received'), ('verified', 'It has been verified, with or without errors'), ('decided', 'It was approved, rejected, or changes are asked for'), ('withdrawn', 'It has been withdrawn'), ('message', 'A new message about it'), ('review', 'A submission waits for a maintainer')], max_length=10)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('handed_over_at', models.DateTimeField(blank=True, help_text='Set before the words go to the mail server: from then on never sent again.', null=True)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='submissions.submission')),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='mails_by_due'), models.Index(fields=['recipient', 'handed_over_at'], name='mails_of_a_day')],
                'constraints': [models.UniqueConstraint(fields=('submission', 'event', 'recipient'), name='mailed_once')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_maintainer', models.BooleanField()),
                ('body', models.TextField()),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, help_text='When the other side first saw it: the owner, or any maintainer.', null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='submissions.submission')),
            ],
            options={
                'ordering': ['submission', 'pk'],
                'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['submission', 'from_maintainer'], name='messages_unread'), models.Index(fields=['author', 'at'], name='messages_of_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Unwanted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('received', 'Your submission has been received'), ('verified', 'It has been verified, with or without errors'), ('decided', 'It was approved, rejected, or changes are asked for'), ('withdrawn', 'It has been withdrawn'), ('message', 'A new message about it'), ('review', 'A submission waits for a maintainer')], max_length=10)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'unwanted',
                'constraints': [models.UniqueConstraint(fields=('person', 'topic'), name='unwanted_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.UniqueConstraint(fields=('owner', 'url'), name='webhook_once'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at'], name='calls_by_due'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.UniqueConstraint(fields=('webhook', 'event'), name='called_once'),
        ),
    ]
