# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console: one file a page, each with its `router` and a template of the same name.

To add a page: write `pages/<name>.py` with a `router` of `GuardedRoute`s, add it to `ROUTERS`, add its line to
`admin_api.nav.NAV`, and put its words (English message ids) into `locales/{ar,fr}/LC_MESSAGES/console.po`.
"""

from __future__ import annotations

from fastapi import APIRouter

from admin_api.pages import case, content, content_more, content_text, door, explain, notices, queue
from admin_api.pages.errors import error_page

PREFIX = "/console"
ROUTERS: tuple[APIRouter, ...] = (
    door.router,
    queue.router,
    case.router,
    notices.router,
    explain.router,
    content_text.router,
    content_more.router,
    content.router,
)

__all__ = ["PREFIX", "ROUTERS", "error_page"]
