# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeps the numeric libraries to one thread: more of them add numbers in another order, and models differ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, every numeric library uses one thread; an environment variable would be too late once one is loaded."""
    with threadpool_limits(limits=1):
        yield
