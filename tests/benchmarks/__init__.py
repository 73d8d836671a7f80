# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures, as ratios within one run beside a baseline. `make bench` prints them; tests never time."""
