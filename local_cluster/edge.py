"""nginx as a plan and the settings of the gateway want it."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import ByteSize, StringConstraints, TypeAdapter, ValidationError

from api_gateway.settings import Settings
from local_cluster.errors import BadSetting
from local_cluster.home import OpenHome
from local_cluster.plan import DEFAULT_PORT, Plan
from local_cluster.ports import choose_public_port
from local_cluster.servers.nginx import Nginx, Upstreams

MULTIPART_BYTES = 1024**2
"""Room for the other fields and the boundaries of a form beside the largest file."""

Origin = Annotated[str, StringConstraints(pattern=r"^(\*|https?://[A-Za-z0-9.:\[\]-]+)$")]
"""Goes into nginx's configuration, and so must be nothing else."""

UPLOADS = ("MAX_UPLOAD_SIZE", "MAX_SIGN_UPLOAD_SIZE")
"""The gateway judges each by its own limit; nginx knows only the larger one."""


def make_nginx(
    home: OpenHome, plan: Plan, env: Mapping[str, str], *, s3_port: int, gateways: Sequence[int]
) -> Nginx:
    """Return the nginx in front of these gateway ports and this S3 server.

    Raises:
        PortTaken: the plan names a port that is in use.
        BadSetting: one of UPLOADS is no size, or CORS_ALLOWED_ORIGINS no list of origins.

    """
    upstreams = Upstreams(
        gateway_ports=gateways,
        s3_port=s3_port,
        s3_bucket=env.get("S3_BUCKET") or Settings.model_fields["s3_bucket"].default,
        max_body_bytes=max_body_bytes(env),
        cors_origins=cors_origins(env),
    )
    free = home.ports.claim("nginx")
    port = choose_public_port(plan.port, default=DEFAULT_PORT, free_choice=free)
    return Nginx(home, upstreams, port=port)


def max_body_bytes(env: Mapping[str, str]) -> int:
    """Return what nginx lets through: a little more than the gateway, which can explain itself."""
    return max(_size(env, name) for name in UPLOADS) + MULTIPART_BYTES


def cors_origins(env: Mapping[str, str]) -> list[str]:
    """Return the origins that the gateway allows too."""
    told = env.get("CORS_ALLOWED_ORIGINS")
    if not told:
        return list(Settings.model_fields["cors_allowed_origins"].default)
    try:
        return TypeAdapter(list[Origin]).validate_json(told)
    except ValidationError as error:
        raise BadSetting(
            f"CORS_ALLOWED_ORIGINS={told} is no list of origins; "
            'write for example ["https://stt.example.org"]'
        ) from error


def _size(env: Mapping[str, str], name: str) -> int:
    size = env.get(name) or Settings.model_fields[name.lower()].default
    try:
        return TypeAdapter(ByteSize).validate_python(size)
    except ValidationError as error:
        raise BadSetting(f"{name}={size} is no size; write for example 100MiB") from error
