"""The real servers of a cluster; `EmbeddedServers` runs them for tests too."""

from local_cluster.servers.embedded import EmbeddedServers

__all__ = ["EmbeddedServers"]
