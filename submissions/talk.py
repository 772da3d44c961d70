"""Messages between a submitter and the maintainers, on the submission they are about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from submissions import notices
from submissions.errors import MessageRefused, NotTheOwner, TalkClosed, TooManyMessages
from submissions.models import Message, Status, Submission
from submissions.permissions import is_maintainer, is_own

LONGEST = 4000
MOST_A_DAY = 50
SAME = timedelta(minutes=1)
"""The same words again within this time are the same message: a form was sent twice."""
A_DAY = timedelta(days=1)
CLOSED = frozenset({Status.WITHDRAWN, Status.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Talk:
    """What a page shows of it."""

    submission: Submission
    messages: tuple[Message, ...]
    unread: frozenset[int]
    """Those that the reader has not seen before."""
    closed: str
    """Why nothing can be written; empty where it can."""
    reviewing: bool
    """Whether the reader is not the owner."""
    may_write: bool
    longest: int = LONGEST


@transaction.atomic
def write(submission: Submission, *, by: AbstractUser, body: str, at: datetime) -> Message:
    """Says something to the other side, which is mailed. Writing is reading: what the other side said is then read.

    Raises MessageRefused, TalkClosed, TooManyMessages, or NotTheOwner for whoever is neither owner nor maintainer.
    """
    locked = Submission.objects.select_for_update(of=("self",)).select_related("owner").get(pk=submission.pk)
    from_maintainer = is_reviewing(locked, by)
    if why := closed(locked):
        raise TalkClosed(why)
    words = checked(body)
    lately = Message.objects.filter(author=by.pk, at__gt=at - A_DAY)
    said = lately.filter(submission=locked, body=words, at__gt=at - SAME).first()
    if said is not None:
        return said
    if lately.count() >= MOST_A_DAY:
        raise TooManyMessages(f"At most {MOST_A_DAY} messages a day can be written.", retry_after=3600)
    read(locked, by=by, at=at)
    message = Message.objects.create(
        submission=locked, author_id=by.pk, from_maintainer=from_maintainer, body=words, at=at
    )
    notices.of_message(message)
    return message


def read(submission: Submission, *, by: AbstractUser, at: datetime) -> None:
    """This person's side has seen what the other one said. Nothing happens for others who may look."""
    if by.pk == submission.owner_id:
        submission.messages.to_owner().unread().update(read_at=at)
    elif _may_decide(by, submission):
        submission.messages.to_maintainers().unread().update(read_at=at)


def with_unread(rows: QuerySet[Submission], *, of_maintainers: bool) -> QuerySet[Submission]:
    """Each with `unread`: how many messages of the one side the other has not seen."""
    theirs = Message.objects.unread().filter(submission=OuterRef("pk"), from_maintainer=of_maintainers)
    number = theirs.order_by().values("submission").annotate(number=Count("pk")).values("number")
    return rows.annotate(unread=Coalesce(Subquery(number), 0))


def is_reviewing(submission: Submission, person: AbstractUser) -> bool:
    """Which side this person speaks for. Raises NotTheOwner where it is neither."""
    if person.pk == submission.owner_id:
        return False
    if _may_decide(person, submission):
        return True
    raise NotTheOwner("Only the owner and the maintainers who may decide on it write to each other here.")


def _may_decide(person: AbstractUser, submission: Submission) -> bool:
    return is_maintainer(person) and not is_own(person, submission)


def closed(submission: Submission) -> str:
    """Why nothing can be written now; empty where it can."""
    if submission.is_dry_run or submission.first_queued_at is None:
        return "Nobody reads it yet: messages are possible once it has been sent."
    if submission.status in CLOSED:
        return f"It is {Status(submission.status).label}, so nothing more is written here."
    return ""


def checked(body: str) -> str:
    """The words as they are kept. Raises MessageRefused where they are none."""
    words = body.replace("\r\n", "\n").strip()
    if not words:
        raise MessageRefused("A message has some words.", field="body")
    if len(words) > LONGEST:
        raise MessageRefused(
            f"It has {len(words):,} characters; a message has at most {LONGEST:,}.",
            remedy="Send two.",
            field="body",
        )
    return words


def shown(submission: Submission, reader: AbstractUser, at: datetime) -> Talk:
    """All that was said, for a page that this person opens now: it counts as read afterwards."""
    messages = tuple(submission.messages.select_related("author"))
    reviewing = reader.pk != submission.owner_id
    unread = frozenset(one.pk for one in messages if one.read_at is None and one.from_maintainer != reviewing)
    if unread:
        read(submission, by=reader, at=at)
    why = closed(submission)
    may_write = not why and (not reviewing or _may_decide(reader, submission))
    return Talk(submission, messages, unread, why, reviewing, may_write)
