# SPDX-License-Identifier: AGPL-3.0-or-later
"""The officers' face of the service: a JSON API and a server-rendered console over the same verbs."""

from admin_api.app import create_app

__all__ = ["create_app"]
