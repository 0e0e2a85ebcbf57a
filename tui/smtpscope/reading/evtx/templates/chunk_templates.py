"""The templates of one chunk by the offset of their definition; each is parsed once, readable or not."""

from __future__ import annotations

import struct

from smtpscope.reading.evtx.templates.template_tokens import parsed_template
from smtpscope.reading.evtx.templates.template_tree import TemplateElement, UnreadableError


class ChunkTemplates:
    """Finds the templates of `chunk` (a whole chunk); its header need not be intact."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk
        self._found: dict[int, TemplateElement | str] = {}

    def size(self, offset: int) -> int:
        """Bytes of the definition at `offset`. Raises UnreadableError if there is none."""
        try:
            size: int = struct.unpack_from("<I", self.chunk, offset + 20)[0]
        except struct.error:
            raise UnreadableError("its template lies outside the chunk") from None
        if size == 0:
            raise UnreadableError("its template is missing")
        return 24 + size

    def template(self, offset: int) -> TemplateElement:
        """The template defined at `offset` in the chunk. Raises UnreadableError."""
        found = self._found.get(offset)
        if found is None:
            try:
                self.size(offset)
                found = parsed_template(self.chunk, offset)
            except UnreadableError as cause:
                found = str(cause)
            self._found[offset] = found
        if isinstance(found, str):
            # Otherwise each record of a broken template would parse it again.
            raise UnreadableError(found)
        return found
