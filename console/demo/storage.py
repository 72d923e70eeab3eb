"""Static files of the demo, compressed by gzip only, since Brotli is slow."""

from typing import Any

from whitenoise.compress import Compressor  # type: ignore[import-untyped]  # has no types
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # has no types


class GzipStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # its base has no types
    def create_compressor(self, **kwargs: Any) -> Compressor:
        return Compressor(**kwargs, use_brotli=False)
