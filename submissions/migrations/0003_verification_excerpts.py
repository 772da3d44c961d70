from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0002_upload'),
    ]

    operations = [
        migrations.AddField(
            model_name='verification',
            name='excerpts',
            field=models.JSONField(default=list, help_text='[{file, line, text}, …]: for the owner, never public.'),
        ),
    ]
