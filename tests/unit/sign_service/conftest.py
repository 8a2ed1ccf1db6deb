"""The service's own bounds."""

import pytest

from sign_service.limits import Limits
from sign_service.settings import Settings

NOWHERE = {
    "kafka_bootstrap_servers": "nowhere:9092",
    "s3_endpoint": "nowhere:9000",
    "minio_access_key": "none",
    "minio_secret_key": "none",
}


@pytest.fixture
def limits() -> Limits:
    return Settings(**NOWHERE).limits(max_bytes=50_000_000)
