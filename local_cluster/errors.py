"""Everything that can go wrong with a cluster on this machine.

ClusterError
├── HomeUnusable        the state directory cannot be used by this user
├── ProgramMissing      a program that we need is not installed
├── CommandFailed       a one-shot command (initdb, setup, …) ended with a non-zero code
├── StartFailed         a server or service did not become ready
├── PortTaken           the port that was asked for is in use
├── BadReplicas         `--workers` names no worker, or an impossible number
├── BadSetting          a setting that the cluster itself reads has no meaning
├── AlreadyRunning      another process holds the home
├── NotRunning          no cluster runs in the home
├── StillRunning        it was asked to end and does not
├── SupervisorEnded     the cluster in the background could not start
├── NoSuchLog           nothing of that name has a log
├── RequestRefused      the cluster answered a request of ours with an error
├── NoSuchAccount       nobody has signed up with that address
├── NoSuchClip          no recording in that language is shipped
└── TextDidNotArrive    the demo failed
"""

from pathlib import Path


class ClusterError(Exception):
    """Shown to the person at the console as it is, without a traceback."""


class HomeUnusable(ClusterError):
    pass


class ProgramMissing(ClusterError):
    pass


class ProcessError(ClusterError):
    """A process of ours failed; the message ends with the last lines of its log."""

    def __init__(self, name: str, reason: str, last_lines: list[str], log: Path) -> None:
        self.name = name
        self.reason = reason
        self.last_lines = last_lines
        self.log = log
        shown = "".join(f"\n  | {line}" for line in last_lines) or "\n  | (its log is empty)"
        super().__init__(f"{name} {reason}; the end of {log}:{shown}")


class CommandFailed(ProcessError):
    pass


class StartFailed(ProcessError):
    pass


class PortTaken(ClusterError):
    pass


class BadReplicas(ClusterError):
    pass


class BadSetting(ClusterError):
    pass


class AlreadyRunning(ClusterError):
    pass


class NotRunning(ClusterError):
    pass


class StillRunning(ClusterError):
    pass


class SupervisorEnded(ClusterError):
    pass


class NoSuchLog(ClusterError):
    pass


class RequestRefused(ClusterError):
    pass


class NoSuchAccount(ClusterError):
    pass


class NoSuchClip(ClusterError):
    pass


class TextDidNotArrive(ClusterError):
    pass
