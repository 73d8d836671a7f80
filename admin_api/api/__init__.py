# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON API. One file a noun; each exports `router`, and `ROUTERS` lists them all."""

from __future__ import annotations

from fastapi import APIRouter

from admin_api.api import cases, changes, classify, content, content_more, me, notices

PREFIX = "/api/v1"
ROUTERS: tuple[APIRouter, ...] = (
    me.router,
    cases.router,
    changes.router,
    notices.router,
    classify.router,
    content.router,
    content_more.router,
)
