import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


REFUSE = """
CREATE FUNCTION keep_account_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'account events are kept as they are';
END $$;
CREATE TRIGGER keep_account_events BEFORE UPDATE OR DELETE ON accounts_accountevent
    FOR EACH ROW EXECUTE FUNCTION keep_account_events();
"""
ALLOW = """
DROP TRIGGER keep_account_events ON accounts_accountevent;
DROP FUNCTION keep_account_events();
"""
SHORTEN = """
UPDATE accounts_token SET expiry = created + interval '90 days'
    WHERE expiry IS NULL OR expiry > created + interval '90 days'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('what', models.CharField(choices=[('signed_in', 'signed in'), ('signed_out', 'signed out'), ('signed_up', 'signed up'), ('password_changed', 'password changed'), ('password_reset', 'password reset by mail'), ('address_changed', 'e-mail address changed'), ('factor_added', 'second factor or passkey added'), ('factor_removed', 'second factor or passkey removed'), ('provider_connected', 'sign-in at another site connected'), ('provider_removed', 'sign-in at another site removed'), ('token_made', 'token made'), ('token_revoked', 'token revoked'), ('role_changed', 'role changed'), ('data_taken', 'data downloaded'), ('deleted', 'account deleted')], max_length=20)),
                ('details', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AlterModelManagers(
            name='user',
            managers=[
            ],
        ),
        migrations.RunSQL(SHORTEN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='token',
            constraint=models.CheckConstraint(condition=models.Q(('expiry__isnull', False), ('expiry__lte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('created'), '+', models.Value(datetime.timedelta(days=90))), '+', models.Value(datetime.timedelta(seconds=60))))), name='a_token_ends_after_90_days'),
        ),
        migrations.AddField(
            model_name='accountevent',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountevent',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='account_events', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='accountevent',
            index=models.Index(fields=['user', '-at'], name='account_events_of_a_person'),
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
