"""Static files under names with a hash, and compressed once with gzip.

WhiteNoise adds brotli wherever some tool has brought that package; then collecting takes half a minute instead of two
seconds.
"""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class GzippedStaticFiles(CompressedManifestStaticFilesStorage):
    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=False, **options)
