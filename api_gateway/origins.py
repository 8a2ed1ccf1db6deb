"""By which address a client reaches us, and with it the bucket: what URLs are signed for."""

from typing import Annotated

from fastapi import Depends, Request

from api_gateway.state import StateDep


async def _origin(request: Request, state: StateDep) -> str:
    """The address by which the client reaches us, and with it the bucket.

    The request itself may name any: whoever lies about it gets URLs that do not work, and nobody
    else sees them.
    """
    if state.settings.public_url is not None:
        return state.settings.public_url
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
    return f"{scheme}://{request.headers.get('host', '')}"


Origin = Annotated[str, Depends(_origin)]
