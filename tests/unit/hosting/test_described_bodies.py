from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hosting import operations
from services.escalation import web as escalation_web
from services.intake import web as intake_web

WITHOUT_BODY = {
    "/v1/complaints/{complaint}/acknowledgement",
    "/v1/complaints/{complaint}/handover/acceptance",
    "/v1/operations/dead-letters/{number}/drop",
}


@pytest.mark.parametrize("router", [intake_web.router, escalation_web.router, operations.router])
def test_every_command_describes_its_body(router: object) -> None:
    app = FastAPI()
    app.include_router(router)  # type: ignore[arg-type]  # each is a router

    paths = get_openapi(title="", version="", routes=app.routes)["paths"]

    bare = {
        path
        for path, operations in paths.items()
        if "post" in operations and "requestBody" not in operations["post"]
    }
    assert bare <= WITHOUT_BODY
