"""Pictures (SVG) written whole: under another name first, so that never half a file stands there."""

from __future__ import annotations

import os
from pathlib import Path


def write_picture(svg: str, path: str | os.PathLike[str]) -> Path:
    """Write a picture and return its path; folders above it are made."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(svg, encoding="utf-8", newline="\n")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target
