"""Evidence in a bucket: S3, or anything that speaks as it does (MinIO, Ceph, Garage, R2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

IN_MEMORY = 1024 * 1024
"""Bytes of an opened file that are held in memory; the rest lies on disk, so that a worker's memory stays flat."""


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """What goes wrong on the way to the bucket, as the same errors that a disk gives: callers know one kind."""
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as error:
        raise OSError(None, f"the bucket is away: {type(error).__name__}") from error


class EvidenceBucket(S3Storage):
    """Private objects, written whole or not at all, read through a file on disk."""

    def __init__(self, addressing_style: str = "auto", **options: Any) -> None:
        super().__init__(
            **options,
            default_acl=None,
            file_overwrite=True,
            gzip=False,
            max_memory_size=IN_MEMORY,
            transfer_config=TransferConfig(use_threads=False),
            client_config=Config(
                signature_version="s3v4",
                connect_timeout=5,
                read_timeout=30,
                retries={"total_max_attempts": 2},
                # Our own SHA-256 is checked before each verification; servers other than Amazon's may not know these.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": addressing_style},
            ),
        )

    def _open(self, name: str, mode: str = "rb") -> File:
        """The whole object, fetched before the first read: a bucket that goes away shows here and not half way."""
        with _as_os_errors():
            opened: File = super()._open(name, mode)
            opened.open()
            return opened

    def _save(self, name: str, content: File) -> str:
        with _as_os_errors():
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _as_os_errors():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _as_os_errors():
            return bool(super().exists(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _as_os_errors():
            folders, files = super().listdir(name)
            return folders, files

    def size(self, name: str) -> int:
        with _as_os_errors():
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        with _as_os_errors():
            moment: datetime = super().get_modified_time(name)
            return moment
