"""Reading what the gateway answers."""

from typing import Any

import httpx

from local_cluster.errors import RequestRefused


def checked(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        RequestRefused: the status says so, or the answer is no JSON object.

    """
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.is_success and isinstance(body, dict):
        return body
    raise refusal(response)


def refusal(response: httpx.Response) -> RequestRefused:
    """What a refusal says, for whoever sits at the console."""
    try:
        body = response.json()
    except ValueError:
        body = None
    detail = body.get("detail") if isinstance(body, dict) else None
    request = response.request
    return RequestRefused(
        f"{request.method} {request.url.path} was answered with {response.status_code}: "
        f"{detail or response.reason_phrase}"
    )
