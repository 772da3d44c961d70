"""What a mail says: one notice, or all of a person's that had to wait, in one."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from submissions import mail_choices
from submissions.models import Mail, Topic


def letter_of(mails: Sequence[Mail], *, is_last: bool = False) -> EmailMessage:
    """Plain text, with the links by which its reader can end such mails. `is_last`: what follows today waits."""
    return _digest(mails) if len(mails) > 1 else _notice(mails[0], is_last=is_last)


def _notice(mail: Mail, *, is_last: bool) -> EmailMessage:
    unsubscribe = mail_choices.link(mail.recipient, mail.topic)
    last = (
        f"You get at most {settings.DAILY_MAILS} mails a day. What follows waits, and comes tomorrow in one mail; the "
        "site shows it at once.\n\n"
    )
    return _letter(
        mail,
        subject=mail.subject,
        body=f"{mail.body}\n\n{last if is_last else ''}{_foot()}No more of this kind: {unsubscribe}\n",
        headers={"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def _digest(mails: Sequence[Mail]) -> EmailMessage:
    """In the order in which it happened. There is no one kind that a single click could end."""
    mails = sorted(mails, key=lambda one: one.created_at)
    told = "\n\n\n".join(f"* {one.subject} ({one.created_at:%Y-%m-%d %H:%M} UTC)\n\n{one.body}" for one in mails)
    topics = dict.fromkeys(one.topic for one in mails)
    links = "".join(
        f"No more of “{Topic(topic).label}”: {mail_choices.link(mails[0].recipient, topic)}\n" for topic in topics
    )
    return _letter(
        mails[0],
        subject=f"{len(mails)} notices about your submissions",
        body=f"What happened since your last mail of that day:\n\n{told}\n\n{_foot()}{links}",
        headers={"List-Unsubscribe": f"<{_choices()}>"},
    )


def _letter(mail: Mail, *, subject: str, body: str, headers: Mapping[str, str]) -> EmailMessage:
    return EmailMessage(
        subject=f"[HULK] {subject}",
        body=body,
        to=[mail.recipient.email],
        headers={
            "Message-ID": f"<{mail.pk}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            **headers,
        },
    )


def _foot() -> str:
    return f"-- \nWhich mails you get: {_choices()}\n"


def _choices() -> str:
    return f"{settings.PUBLIC_URL}{reverse('submissions:mail_choices')}"
