"""`python -m result_handler.setup`: migrations, topics and bucket; idempotent."""

import asyncio

import structlog

from malmoi.messaging.cluster import ClusterWatch
from malmoi.object_store.store import ObjectStore
from malmoi.observability.logs import configure_logs
from malmoi.persistence.database import open_database
from malmoi.persistence.schema import migrate
from malmoi.process import end_tasks
from result_handler.settings import Settings

log = structlog.get_logger()


async def set_up(settings: Settings) -> None:
    """Prepare every server for the services."""
    async with open_database(settings) as database:
        await migrate(database.engine)
    await ObjectStore(settings).ensure_bucket()
    watch = ClusterWatch(settings)
    watching = asyncio.create_task(watch.run())
    try:
        await watch.wait_until_present()
    finally:
        await end_tasks(watching)
    log.info("setup.done", cluster_id=watch.cluster_id)


if __name__ == "__main__":
    _settings = Settings()
    configure_logs(_settings, service="setup")
    asyncio.run(set_up(_settings))
