"""A person, and the tokens with which a person's scripts call the API."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from knox.models import AbstractAuthToken


class Scope(models.TextChoices):
    READ = "read", "read what is mine"
    SUBMIT = "submit", "create and submit"


def all_scopes() -> list[str]:
    return [Scope.READ, Scope.SUBMIT]


class User(AbstractUser):  # type: ignore[django-manager-missing]  # knox brings no types for its tokens' manager
    """A person who submits, reviews or operates. Maintainers are staff."""


class Token(AbstractAuthToken):
    """An API token: stored hashed, shown once, with a name, scopes and the time of its last use."""

    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope.choices), default=all_scopes)
    last_used = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractAuthToken.Meta):
        abstract = False
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}…)"
