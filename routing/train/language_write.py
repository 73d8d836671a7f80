# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes arrays so that the same arrays always give the same file, which `numpy.savez` does not promise."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Writes `arrays` and `meta` (JSON, as the array `meta`) as an npz file without pickles or times."""
    described = json.dumps(meta, ensure_ascii=False, sort_keys=True).encode("utf-8")
    everything = {**arrays, "meta": np.frombuffer(described, dtype=np.uint8)}
    unfinished = path.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w") as file:
        for name in sorted(everything):
            content = io.BytesIO()
            np.lib.format.write_array(
                content, np.ascontiguousarray(everything[name]), version=(1, 0), allow_pickle=False
            )
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=_LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            file.writestr(entry, content.getvalue(), compresslevel=9)
    # A reader never meets half a file.
    unfinished.replace(path)
