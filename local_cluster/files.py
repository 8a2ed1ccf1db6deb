"""Files that only their owner may read, replaced as a whole."""

import os
import tempfile
from pathlib import Path


def write_private(file: Path, text: str) -> None:
    """Replace a file in one step, with mode 0600: a reader sees the old text or the new one."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(descriptor, "w") as new:
        new.write(text)
    Path(name).replace(file)
