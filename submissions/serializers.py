"""Shapes at the edge of the API; fields are listed by name, and no rule is in them."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from submissions import intake, quota, spool
from submissions.changes import Change, ShownRevision
from submissions.models import Evidence, Message, Status, Step, Submission, Upload
from submissions.room import room_in
from submissions.talk import LONGEST


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """One submission with all that its owner's scripts need. Read only: manifests are read by `manifest`."""

    edition = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    organisation = serializers.SlugRelatedField[Any](
        slug_field="slug", read_only=True, allow_null=True, help_text="Whose members may read it; null: nobody else."
    )
    is_blind = serializers.BooleanField(
        read_only=True, help_text="Published without organisation, links and files, until the owner reveals them."
    )
    phase = serializers.CharField(read_only=True)
    model = serializers.CharField(source="model_name", read_only=True)
    missing = serializers.SerializerMethodField()
    attempts_left = serializers.SerializerMethodField()
    bytes_left = serializers.SerializerMethodField()
    files_left = serializers.SerializerMethodField()
    entry = serializers.UUIDField(source="entry_id", read_only=True, allow_null=True)
    supersedes = serializers.UUIDField(source="supersedes_id", read_only=True, allow_null=True)
    superseded_by = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    verification_url = serializers.SerializerMethodField()
    unread_messages = serializers.SerializerMethodField()
    manifest = serializers.JSONField(read_only=True)

    class Meta:
        model = Submission
        fields = [
            "id",
            "status",
            "revision",
            "organisation",
            "is_blind",
            "edition",
            "phase",
            "model",
            "missing",
            "attempts_left",
            "bytes_left",
            "files_left",
            "entry",
            "supersedes",
            "superseded_by",
            "content_hash",
            "progress",
            "created_at",
            "changed_at",
            "url",
            "verification_url",
            "unread_messages",
            "manifest",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_missing(self, submission: Submission) -> list[str]:
        """Evidence that a draft still needs, as addresses write it: `sst2/predictions?run=2`."""
        return intake.missing(submission) if submission.status == Status.DRAFT else []

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField(allow_null=True)))
    def get_attempts_left(self, submission: Submission) -> dict[str, int | None]:
        """Attempts left today for each task; null where there is no limit. They are counted when it is sent."""
        known = self.context["attempts_left"]
        key = (submission.owner_id, submission.edition_id)
        if key not in known:
            known[key] = quota.left(submission.owner, submission.edition, self.context["at"])
        return {task: left for task, left in known[key].items() if task in submission.manifest["tasks"]}

    def get_bytes_left(self, submission: Submission) -> int:
        """Room left in it: what stands there and what is on its way are counted."""
        return room_in(submission).bytes_left

    def get_files_left(self, submission: Submission) -> int:
        """Files that may still be added; one that replaces another needs none."""
        return room_in(submission).files_left

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_superseded_by(self, submission: Submission) -> str | None:
        """The submission whose approval superseded this one."""
        approved = [str(one.pk) for one in submission.superseded_by.all() if one.entry_id]
        return approved[0] if approved else None

    def get_unread_messages(self, submission: Submission) -> int:
        """Messages of the other side that your side has not seen yet."""
        own = submission.owner_id == self.context["request"].user.pk
        return sum(one.read_at is None and one.from_maintainer == own for one in submission.messages.all())

    @extend_schema_field(serializers.URLField)
    def get_url(self, submission: Submission) -> str:
        return address(self.context["request"], submission)

    @extend_schema_field(serializers.URLField)
    def get_verification_url(self, submission: Submission) -> str:
        return address(self.context["request"], submission, "-verification")


def address(request: Any, submission: Submission, suffix: str = "") -> str:
    """The absolute address of a submission, or of a dry run, in the API."""
    name = "api-dry-run" if submission.is_dry_run else "api-submission"
    return str(request.build_absolute_uri(reverse(f"{name}{suffix}", args=[submission.pk])))


def evidence_address(request: Any, file: Evidence | Upload) -> str:
    """The absolute address of the place that a file has, or will have."""
    path = reverse("api-evidence", args=[file.submission_id, file.task, file.kind])
    query = f"?run={file.run}" + (f"&part={file.part}" if file.part else "")
    return str(request.build_absolute_uri(path + query))


class QueuedSerializer(serializers.Serializer[Submission]):
    """The answer to a bundle."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    url = serializers.URLField()
    verification_url = serializers.URLField()


@extend_schema_serializer(component_name="SentFile")
class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Evidence
        fields = ["task", "kind", "run", "part", "name", "sha256", "size", "uploaded_at", "url"]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField)
    def get_url(self, evidence: Evidence) -> str:
        return evidence_address(self.context["request"], evidence)


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """A file on its way; once it is `finished`, `evidence_url` is where it stands."""

    offset = serializers.SerializerMethodField()
    finished = serializers.SerializerMethodField()
    evidence_url = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = [
            "id",
            "submission",
            "task",
            "kind",
            "run",
            "part",
            "name",
            "size",
            "offset",
            "finished",
            "expires_at",
            "evidence_url",
        ]
        read_only_fields = fields

    def get_offset(self, upload: Upload) -> int:
        """Bytes that are here: go on from there."""
        return spool.held(upload)

    def get_finished(self, upload: Upload) -> bool:
        return upload.finished_at is not None

    @extend_schema_field(serializers.URLField)
    def get_evidence_url(self, upload: Upload) -> str:
        return evidence_address(self.context["request"], upload)


class FindingSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning", "note"])
    task = serializers.CharField()
    file = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    excerpt = serializers.CharField(allow_null=True, help_text="That line, shortened, of the sender's own file.")
    message = serializers.CharField()
    remedy = serializers.CharField()


class VerificationSerializer(serializers.Serializer[Any]):
    """Documents the shape that `verification.visible` gives; it changes nothing."""

    status = serializers.ChoiceField(Status.choices)
    progress = serializers.FloatField()
    findings = FindingSerializer(many=True)
    measurements = serializers.ListField(child=serializers.DictField())
    scores = serializers.DictField(child=serializers.FloatField(allow_null=True), allow_null=True)
    preview_rank = serializers.DictField(child=serializers.IntegerField(allow_null=True), allow_null=True)


@extend_schema_serializer(component_name="Message")
class MessageSerializer(serializers.ModelSerializer[Message]):
    """What owner and maintainers write to each other."""

    author = serializers.CharField(source="author.username", read_only=True)

    class Meta:
        model = Message
        fields = ["id", "author", "from_maintainer", "body", "at", "read_at"]
        read_only_fields = fields


class WordsSerializer(serializers.Serializer[Any]):
    """A message to write: plain text. `talk.checked` has its rules."""

    body = serializers.CharField(max_length=LONGEST)


class ChangeSerializer(serializers.Serializer[Change]):
    """One value or file; `before` is empty where it is new, `after` where it is gone."""

    what = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class RevisionSerializer(serializers.Serializer[ShownRevision]):
    """A state that was sent, and what changed in it; on top the draft of the next one, where it differs."""

    number = serializers.IntegerField()
    frozen_at = serializers.DateTimeField(allow_null=True, help_text="null: a draft, which was not sent yet.")
    content_hash = serializers.CharField(allow_blank=True)
    against = serializers.CharField(allow_blank=True, help_text="What it is compared with.")
    changes = ChangeSerializer(many=True)


@extend_schema_serializer(component_name="SubmissionStep")
class StepSerializer(serializers.ModelSerializer[Step]):
    """One step of a submission's life; `by` is empty where the system took it."""

    by = serializers.CharField(source="by.username", read_only=True, default="")
    from_status = serializers.CharField(read_only=True, help_text="As `to_status`; empty at its beginning.")

    class Meta:
        model = Step
        fields = ["id", "at", "by", "from_status", "to_status", "comment", "content_hash"]
        read_only_fields = fields


class CommentSerializer(serializers.Serializer[Any]):
    comment = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
