"""The files of photos on their way in: written with the rows, or taken away again."""

import io
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image

from api.errors import BadFile
from cases import photos
from cases.models import Photo
from publish.exchange.geopackage import Reader

#: No side of a photo that is kept has more pixels.
_LARGEST = 40_000_000


class PhotoFiles:
    """Within it files may be written; they go where it ends with an error."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            for name in self.written:
                photos.store().delete(name)

    def take_in(self, reader: Reader) -> int:
        """Write all of them, after their rows; raises BadFile for what is no photo of a row."""
        count = 0
        for pk, size, content in reader.photos():
            self._take(pk, size, content)
            count += 1
        return count

    def _take(self, pk: Any, size: Any, content: Any) -> None:
        try:
            photo = UUID(pk)
        except (TypeError, ValueError, AttributeError) as error:
            raise BadFile(_("A photo of the file has no number.")) from error
        if size not in photos.SIZES or not Photo.objects.filter(pk=photo).exists():
            raise BadFile(_("The file has a photo that belongs to no case in it."))
        _check_jpeg(content)
        name = photos.name_of(photo, size)
        if photos.store().exists(name):
            raise BadFile(_("A photo of the file is stored here already."))
        self.written.append(name)
        photos.store().save(name, ContentFile(content))


def _check_jpeg(content: Any) -> None:
    """Raise BadFile unless it is a JPEG of a size that this program makes, and nothing else."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            if image.width * image.height > _LARGEST or len(image.getexif()):
                raise BadFile(_("A photo of the file is none that Gridwalk made."))
            image.verify()
    except BadFile:
        raise
    except Exception as error:
        # Pillow raises many kinds for what is no picture; all of them mean that.
        raise BadFile(_("A photo of the file is none that Gridwalk made.")) from error
