# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks [name ...]`: all measurements, or those named."""

from __future__ import annotations

import sys

from tests.benchmarks import bench_intake, bench_routing, bench_service

ALL = {"routing": bench_routing.run, "intake": bench_intake.run, "service": bench_service.run}

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        ALL[name]()
