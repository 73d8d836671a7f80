# SPDX-License-Identifier: AGPL-3.0-or-later
"""A client that holds every answer of the API to the API's own description: a wrong document fails the suite."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from fastapi import FastAPI
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from admin_api.openapi import describe


class Checked(TestClient):
    """Checks status, content type and body of each answer under /api/v1."""

    def request(self, method: str, url: Any, **more: Any) -> Any:
        answer = super().request(method, url, **more)
        path = str(url).split("?")[0]
        if path.startswith("/api/v1/") and not path.endswith("openapi.json"):
            self._check(answer, method.lower(), path)
        return answer

    def _check(self, answer: Any, method: str, path: str) -> None:
        app = self.app
        assert isinstance(app, FastAPI)
        found = [(t, item) for t, item in describe(app)["paths"].items() if _pattern(t).fullmatch(path)]
        operations = [item[method] for _, item in sorted(found, key=lambda pair: pair[0].count("{")) if method in item]
        if not operations:
            assert answer.status_code in (404, 405), path
            return
        said = operations[0]["responses"].get(str(answer.status_code))
        assert said is not None, f"{method} {path} answers {answer.status_code}, which is not described"
        kind = answer.headers["content-type"].partition(";")[0]
        described = said["content"].get(kind) or said["content"].get("application/octet-stream")
        assert described is not None, f"{method} {path} answers {kind}, which is not described"
        if kind.endswith("json"):
            schema = {**described["schema"], "components": describe(app)["components"]}
            Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(answer.json())


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template)))
