# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fetches a file from a provider, bounded in size and kept to the provider's own hosts."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import httpx

from channels.base import ChannelError

NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""What httpx raises when a request cannot have reached the other side."""
_REDIRECTS = 3


async def download(
    url: str,
    limit: int,
    allowed: Callable[[httpx.URL], bool],
    auth: tuple[str, str] | None = None,
    timeout: float = 20.0,
) -> bytes:
    """The body at a URL, at most `limit` bytes. Raises `ChannelError`, whose text holds neither URL nor content.

    Every hop must be `allowed`. The sign-in goes to the first host alone, never to one that a redirect names.
    """
    try:
        async with httpx.AsyncClient(timeout=timeout, trust_env=False) as client:
            home = httpx.URL(url)
            for _ in range(_REDIRECTS + 1):
                here = httpx.URL(url)
                if here.scheme not in ("http", "https") or not allowed(here):
                    raise ChannelError("the file is not at the provider")
                sign_in = httpx.BasicAuth(*auth) if auth and _place(here) == _place(home) else None
                async with client.stream("GET", here, auth=sign_in, follow_redirects=False) as answer:
                    if answer.is_redirect:
                        url = urljoin(url, answer.headers.get("location", ""))
                        continue
                    return await _read(answer, limit)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # `from None`: the library's text and traceback frames name the URL.
        raise ChannelError(f"the file could not be fetched: {type(error).__name__}") from None
    raise ChannelError("the file could not be fetched: too many redirects")


def _place(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


async def _read(answer: httpx.Response, limit: int) -> bytes:
    if answer.status_code != 200:
        raise ChannelError(f"the file could not be fetched: status {answer.status_code}")
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > limit:
            raise ChannelError("the file is larger than the limit")
    return bytes(body)
