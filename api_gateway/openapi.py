"""`python -m api_gateway.openapi` prints what the gateway serves, as OpenAPI."""

import json
import sys

from api_gateway.app import create_app
from api_gateway.settings import Settings

# The description names no host and needs no server; a value is demanded, none is used.
_NOWHERE = {
    "jwt_secret_key": "x" * 32,
    "callback_secret_key": "x" * 32,
    "database_url": "postgresql+asyncpg://nobody@nowhere/none",
    "redis_url": "redis://nowhere",
    "kafka_bootstrap_servers": "nowhere:9092",
    "s3_endpoint": "http://nowhere",
    "minio_access_key": "none",
    "minio_secret_key": "none",
}


def describe() -> str:
    """The document, with sorted keys: the same code gives the same bytes."""
    app = create_app(Settings.model_validate(_NOWHERE))
    return json.dumps(app.openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(describe())
