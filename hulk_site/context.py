"""What every page template gets."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

SECTIONS = (
    ("Boards", "leaderboard:board", ("finetuning", "time"), ("/boards/", "/entries/")),
    ("Tasks", "leaderboard:tasks", (), ("/tasks/",)),
    ("Hardware", "leaderboard:hardware", (), ("/hardware/",)),
    ("Rules", "leaderboard:rules", (), ("/rules/",)),
    ("FAQ", "leaderboard:faq", (), ("/faq/",)),
)
"""Title, URL name with its arguments, and the beginnings of the addresses that belong to the section."""


def site(request: HttpRequest) -> dict[str, Any]:
    """The main navigation, the folder of mails that are not sent (empty where they are), the address without its query.

    `current` is what `aria-current` says: `page` on the page itself, `true` further inside.
    """
    return {
        "nav": [_section(request.path, *section) for section in SECTIONS],
        "mail_folder": "" if settings.HTTPS else getattr(settings, "EMAIL_FILE_PATH", None) or "",
        "canonical": f"{settings.PUBLIC_URL}{request.path}",
    }


def _section(path: str, title: str, name: str, arguments: tuple[str, ...], below: tuple[str, ...]) -> dict[str, str]:
    url = reverse(name, args=arguments)
    current = "page" if path == url else "true" if path.startswith(below) else ""
    return {"title": title, "url": url, "current": current}
