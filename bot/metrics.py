# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is counted: numbers by channel and code, never an address, a word or a restricted category."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

HOOKS = Counter(
    "sawt_hooks_total", "Webhook requests by channel and the status they were answered with.", ["channel", "status"]
)
WORKED = Counter(
    "sawt_inbound_total", "Inbound messages worked, by channel and what became of them.", ["channel", "outcome"]
)
SENT = Counter("sawt_outbound_total", "Parts handed to providers, by channel and outcome.", ["channel", "outcome"])
LATENCY = Histogram(
    "sawt_reply_seconds",
    "From a message's arrival to its reply's acceptance by the provider.",
    ["channel"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
JOBS = Counter("sawt_jobs_total", "Runs of periodic jobs, by name and outcome.", ["job", "outcome"])
