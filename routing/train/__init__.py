# SPDX-License-Identifier: AGPL-3.0-or-later
"""Builds and measures the models; needs the `train` extra and is never imported by the running service."""
