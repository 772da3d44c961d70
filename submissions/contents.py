"""What a submission holds, frozen: its manifest and its files by their hashes, and the one hash over both."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from submissions.models import Submission


def frozen_evidence(submission: Submission) -> list[dict[str, Any]]:
    """Every file with its place and hash, in a fixed order."""
    keys = ("task", "kind", "run", "part", "name", "sha256", "size")
    return list(submission.evidence.order_by("task", "kind", "run", "part").values(*keys))


def content_hash(submission: Submission) -> str:
    """The SHA-256 of manifest and evidence: what a reviewer decides on."""
    return hash_of(submission.manifest, frozen_evidence(submission))


def hash_of(manifest: Mapping[str, Any], evidence: list[dict[str, Any]]) -> str:
    text = json.dumps({"manifest": manifest, "evidence": evidence}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
