"""Deletes an account: the person goes, and what others rely on stays with a tombstone in the person's place."""

from collections.abc import Iterator

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CASCADE
from django.db.models.fields.reverse_related import ForeignObjectRel

from hulk_site.accounts.models import User
from hulk_site.accounts.names import TOMBSTONE
from hulk_site.accounts.recording import What, record
from submissions.departures import erase, leave_organisations
from submissions.errors import Refused
from submissions.evidence import discard_later

KEPT = (LogEntry,)
"""Who changed what in the admin: a record that outlives the account, by the tombstone's name."""


class LastMaintainer(Refused):
    """Without a maintainer nobody would decide on submissions."""

    code = "last-maintainer"


@transaction.atomic
def close(person: User) -> None:
    """All of it or nothing. Raises LastMaintainer, or OrganisationRefused where members would lack an owner."""
    locked = User.objects.select_for_update().get(pk=person.pk)
    others = User.objects.filter(is_staff=True, is_active=True).exclude(pk=person.pk)
    if locked.is_staff and not others.exists():
        raise LastMaintainer("You are the only maintainer.", remedy="Make somebody else one in the admin first.")
    leave_organisations(locked)
    hashes = erase(locked)
    _forget_all_of(locked)
    _bury(locked)
    record(locked, What.DELETED)
    discard_later(hashes)


def _forget_all_of(person: User) -> None:
    """Every row that would go with the person's own: tokens, addresses, keys, sessions, whatever else points here."""
    for relation in _relations():
        model = relation.related_model
        if relation.on_delete is CASCADE and model not in KEPT:
            model._base_manager.filter(**{relation.field.name: person}).delete()
    repr_of_it = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    repr_of_it.update(object_repr=_name(person))


def _relations() -> Iterator[ForeignObjectRel]:
    fields = User._meta.get_fields(include_hidden=True)
    return (field for field in fields if isinstance(field, ForeignObjectRel) and not field.many_to_many)


def _bury(person: User) -> None:
    """What is left of the row. The password that nobody has ends every session, also those that nobody listed."""
    person.username, person.email, person.first_name, person.last_name = _name(person), "", "", ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login = None
    person.set_unusable_password()
    person.save()


def _name(person: User) -> str:
    return f"{TOMBSTONE}{person.pk}"
