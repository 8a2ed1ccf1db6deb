"""What of a user's settings goes into nginx's configuration."""

import pytest

from api_gateway.settings import Settings
from local_cluster.edge import cors_origins
from local_cluster.errors import BadSetting


def test_pages_of_the_same_origins_may_call_the_gateway_and_send_to_the_bucket() -> None:
    assert cors_origins({}) == Settings.model_fields["cors_allowed_origins"].default
    assert cors_origins({"CORS_ALLOWED_ORIGINS": '["https://a.example:8443"]'}) == [
        "https://a.example:8443"
    ]
    assert cors_origins({"CORS_ALLOWED_ORIGINS": "[]"}) == []


@pytest.mark.parametrize(
    "told",
    ["https://a.example", '["https://a.example/"]', '["https://a\';return 200"]', "[1]", '["$x"]'],
)
def test_what_is_no_origin_never_gets_there(told: str) -> None:
    with pytest.raises(BadSetting, match="CORS_ALLOWED_ORIGINS"):
        cors_origins({"CORS_ALLOWED_ORIGINS": told})
