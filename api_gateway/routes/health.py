"""How the gateway is. nginx passes only /health."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from api_gateway.readiness import Parts
from api_gateway.state import StateDep

router = APIRouter(tags=["operation"])


class HealthOut(BaseModel):
    """The shape of seed 004."""

    status: Literal["healthy"] = "healthy"
    timestamp: datetime


class ReadyOut(BaseModel):
    """Whether requests can be served, and each part's state."""

    ready: bool
    parts: Parts


@router.get("/health")
async def health() -> HealthOut:
    """For clients: the gateway answers."""
    return HealthOut(timestamp=datetime.now(UTC))


@router.get("/healthz", response_class=PlainTextResponse)
async def alive() -> str:
    """For the supervisor: the process is alive."""
    return "alive\n"


@router.get(
    "/readyz",
    responses={HTTPStatus.SERVICE_UNAVAILABLE: {"model": ReadyOut, "description": "not ready"}},
)
async def ready(response: Response, state: StateDep) -> ReadyOut:
    """For the load balancer: database, Redis and object store answer. Kafka may be away."""
    parts = await state.readiness.parts()
    if not parts.ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return ReadyOut(ready=parts.ready, parts=parts)


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """For Prometheus."""
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
