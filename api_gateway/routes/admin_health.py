"""The console: how every part of the cluster is."""

from fastapi import APIRouter, Request

from api_gateway.admins import admins_only
from api_gateway.schemas.admin_operation import HealthReportOut
from api_gateway.state import StateDep
from api_gateway.usecases.show_health import show_health
from malmoi.contracts.problems import NotFound, Unauthorized
from malmoi.web.problems import problems

router = APIRouter(
    prefix="/admin/health",
    tags=["console"],
    dependencies=[admins_only],
    responses=problems(Unauthorized, NotFound),
)


@router.get("")
async def get_health(request: Request, state: StateDep) -> HealthReportOut:
    """The servers as they answer now, the services as they were heard of lately."""
    report = await show_health(
        state.database,
        state.readiness,
        state.processes,
        through_nginx=state.addresses.proxied(request),
    )
    return HealthReportOut.of(report, grafana_url=state.settings.grafana_url)
