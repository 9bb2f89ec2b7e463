"""`/v1/tools/{name}/invoke`: trying a tool. `agent_sdk.server.routes.agents` lists them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from agent_sdk.contracts.codec import encode
from agent_sdk.server.authentication import platform_of, scope_of
from agent_sdk.server.idempotency import PARAMETER, Answer, once
from agent_sdk.server.models import InvokeBody
from agent_sdk.server.openapi import answers
from agent_sdk.server.payload import decode_body, read_bytes
from agent_sdk.server.raw import raw_route
from agent_sdk.services.tool_trials import ToolTrial

router = APIRouter()


async def invoke_tool(request: Request) -> Response:
    """Call a tool once, outside of any run, as runs call it. A call that fails is answered with `ok: false`."""
    scope, tools = scope_of(request), platform_of(request).tools
    scope.require("write")  # before anything is read for somebody who may not
    given = await read_bytes(request)
    body = decode_body(given, InvokeBody)

    async def act() -> Answer:
        name = request.path_params["name"]
        return Answer(
            status=200, body=encode(await tools.invoke(scope, name, body.args, approved=body.approve))
        )

    return await once(request, given, act)


raw_route(
    router,
    "POST",
    "/v1/tools/{name}/invoke",
    invoke_tool,
    responses=answers(ToolTrial, says="What came of the call.", refuses=[404, 409, 429]),
    body=InvokeBody,
    parameters=[PARAMETER],
    tags=("catalog",),
)
