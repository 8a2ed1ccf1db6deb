"""Groups whose leader is gone, which tell nobody a share any more: so Tansu 0.6 leaves them.

When a leader leaves amid a rebalance, Tansu goes on taking its name for the leader's (Apache Kafka
elects another). Whoever joins under that name leads the group again, and can leave it once no
rebalance is under way.
"""

from dataclasses import dataclass
from typing import Any

from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.protocol.admin import DescribeGroupsRequest
from aiokafka.protocol.group import (
    JoinGroupRequest,
    LeaveGroupRequest,
    MemberAssignment,
    ProtocolMetadata,
    SyncGroupRequest,
)

from malmoi.messaging.closing import close_quietly
from malmoi.settings import KafkaSettings

_ANSWER_WITHIN_S = 10.0
"""Tansu lets whoever is not the leader wait for three seconds."""
_ASSIGNOR = "roundrobin"
_WANTS_NOTHING = ProtocolMetadata(0, [], b"").encode()
_GETS_NOTHING = MemberAssignment(0, [], b"").encode()


async def unseat_absent_leader(settings: KafkaSettings, group: str) -> bool:
    """Free a group of a leader that is none of its members; returns whether it had one.

    A healthy group sees a member that comes and goes.

    Raises:
        KafkaError, OSError: the broker does not answer.

    """
    client = AIOKafkaClient(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        request_timeout_ms=int(_ANSWER_WITHIN_S * 1000),
    )
    try:
        await client.bootstrap()
        node = await client.coordinator_lookup(CoordinationType.GROUP, group)
        visitor = _Visitor(client, node, group, int(settings.kafka_session_timeout_s * 1000))
        return await visitor.unseat()
    finally:
        await close_quietly(client.close())


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Speaks to a group's coordinator as whatever member."""

    client: AIOKafkaClient
    node: int
    group: str
    session_ms: int

    async def unseat(self) -> bool:
        own = (await self._join("")).member_id
        leader = (await self._join(own)).leader_id
        absent = leader != own and leader not in await self._members()
        if absent or leader == own:
            await self._resign(leader)
        await self._leave(own)
        return absent

    async def _resign(self, member_id: str) -> None:
        """Lead until the group is formed, with nothing for anybody, and leave it then.

        So it rebalances once more, and the others are told their shares.
        """
        told = await self._join(member_id)
        nothing = [(each[0], _GETS_NOTHING) for each in told.members]
        await self._ask(SyncGroupRequest(self.group, told.generation_id, member_id, None, nothing))
        await self._leave(member_id)

    async def _join(self, member_id: str) -> Any:
        protocols = [(_ASSIGNOR, _WANTS_NOTHING)]
        return await self._ask(
            JoinGroupRequest(
                self.group,
                self.session_ms,
                self.session_ms,
                member_id,
                None,
                "consumer",
                protocols,
            )
        )

    async def _leave(self, member_id: str) -> None:
        await self._ask(LeaveGroupRequest(self.group, member_id))

    async def _members(self) -> set[str]:
        told = await self._ask(DescribeGroupsRequest(groups=[self.group]))
        (described,) = told.groups
        return {each[0] for each in described[5]}

    async def _ask(self, request: Any) -> Any:
        return await self.client.send(self.node, request)
