"""Shapes at the edge of the API; fields are listed by name, and no rule is in them."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from submissions import intake, quota
from submissions.models import Evidence, Status, Submission


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """One submission with all that its owner's scripts need. Read only: manifests are read by `manifest`."""

    edition = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    organisation = serializers.SlugRelatedField[Any](
        slug_field="slug", read_only=True, help_text="Whose members may read it; null: nobody else."
    )
    phase = serializers.CharField(read_only=True)
    model = serializers.CharField(source="model_name", read_only=True)
    missing = serializers.SerializerMethodField()
    attempts_left = serializers.SerializerMethodField()
    entry = serializers.UUIDField(source="entry_id", read_only=True, allow_null=True)
    supersedes = serializers.UUIDField(source="supersedes_id", read_only=True, allow_null=True)
    url = serializers.SerializerMethodField()
    verification_url = serializers.SerializerMethodField()
    manifest = serializers.JSONField(read_only=True)

    class Meta:
        model = Submission
        fields = [
            "id",
            "status",
            "revision",
            "organisation",
            "edition",
            "phase",
            "model",
            "missing",
            "attempts_left",
            "entry",
            "supersedes",
            "content_hash",
            "progress",
            "created_at",
            "changed_at",
            "url",
            "verification_url",
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
        path = reverse("api-evidence", args=[evidence.submission_id, evidence.task, evidence.kind])
        query = f"?run={evidence.run}" + (f"&part={evidence.part}" if evidence.part else "")
        return str(self.context["request"].build_absolute_uri(path + query))


class FindingSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning", "note"])
    task = serializers.CharField()
    file = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
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


class CommentSerializer(serializers.Serializer[Any]):
    comment = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
