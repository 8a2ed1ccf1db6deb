"""How many partitions the broker in memory is asked for."""

import pytest

from local_cluster.home import OpenHome
from local_cluster.servers import EmbeddedServers


@pytest.mark.parametrize(("readers", "partitions"), [(1, "2"), (2, "2"), (9, "9")])
def test_every_member_of_the_largest_group_has_a_partition(
    home: OpenHome, readers: int, partitions: str
) -> None:
    servers = EmbeddedServers(home, readers=readers)

    assert servers.suggestions()["KAFKA_TOPIC_PARTITIONS"] == partitions
