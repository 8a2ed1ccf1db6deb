"""The console under /admin, for operators only."""

from fastapi import APIRouter

from api_gateway.routes import (
    admin_callbacks,
    admin_dead_letters,
    admin_erasures,
    admin_health,
    admin_jobs,
    admin_quotas,
    admin_rooms,
    admin_users,
    admin_workers,
)

router = APIRouter()
for _each in (
    admin_jobs,
    admin_callbacks,
    admin_dead_letters,
    admin_workers,
    admin_rooms,
    admin_users,
    admin_quotas,
    admin_erasures,
    admin_health,
):
    router.include_router(_each.router)
