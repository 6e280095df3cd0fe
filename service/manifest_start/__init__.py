"""A manifest to begin with: from options or questions, written with comments.

Start, DEFAULTS        what was said, and what stands where nothing was
stated                 from options
asked                  from questions
text_of                the text in YAML, TOML or JSON
"""

from warpack.service.manifest_start.asking import asked
from warpack.service.manifest_start.start import DEFAULTS, Start, stated
from warpack.service.manifest_start.texts import text_of

__all__ = ["DEFAULTS", "Start", "asked", "stated", "text_of"]
