from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0006_inspection'),
    ]

    operations = [
        migrations.AddField(
            model_name='submission',
            name='is_blind',
            field=models.BooleanField(default=False, help_text='Published without what names its authors, until revealed.'),
        ),
    ]
