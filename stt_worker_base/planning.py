"""The planning process: `python -m stt_worker_base.planning module:Class`, started by a worker.

It reads one order from stdin, decodes the recording in flat memory, writes its chunks as files
and tells of each on stdout. Of the engine it needs the class only, no model.
"""

import sys
from collections.abc import Callable

from malmoi.contracts.task_errors import TaskErrorCode
from malmoi.media.decode import open_decoding
from malmoi.media.errors import MediaError
from malmoi.media.flac import write_flac
from stt_worker_base.child_protocol import Cut, Planned, PlanOrder, PlanReport
from stt_worker_base.cutting import cut_at_pauses
from stt_worker_base.engine import engine_class
from stt_worker_base.inference import die_with_parent, private_stdout
from stt_worker_base.outcome import Failed


def main(engine_path: str) -> int:
    """Cut one recording. Returns the exit status."""
    die_with_parent()
    reports = private_stdout()
    order = PlanOrder.model_validate_json(sys.stdin.buffer.readline())

    def tell(report: PlanReport) -> None:
        reports.write(report.model_dump_json().encode() + b"\n")
        reports.flush()

    tell(_plan(order, engine_path, tell))
    return 0


def _plan(order: PlanOrder, engine_path: str, tell: Callable[[Cut], None]) -> Planned | Failed:
    try:
        return _planned(order, engine_path, tell)
    except MediaError as error:
        return Failed(code=error.code, detail=str(error), retryable=False)
    except MemoryError:
        detail = "The planner ran out of memory. Send the recording again."
        return Failed(code=TaskErrorCode.ENGINE_OUT_OF_MEMORY, detail=detail, retryable=True)


def _planned(order: PlanOrder, engine_path: str, tell: Callable[[Cut], None]) -> Planned:
    speech = engine_class(engine_path).speech
    end_s = 0.0
    with open_decoding(order.path, max_duration_s=order.max_audio_s) as decoding:
        chunks = cut_at_pauses(
            decoding.blocks(),
            speech,
            longest_s=order.longest_s,
            declared_s=decoding.declared_s,
        )
        for index, chunk in enumerate(chunks):
            path = order.directory / f"{index}.flac"
            size = write_flac(chunk.samples, path)
            end_s = chunk.start_s + chunk.audio_s
            declared_s = max(decoding.declared_s or 0.0, end_s)
            cut = Cut(
                path=path,
                start_s=chunk.start_s,
                audio_s=chunk.audio_s,
                size=size,
                fraction=end_s / declared_s if decoding.declared_s else 0.0,
            )
            if index:
                sys.stdin.buffer.readline()  # the one before is stored: two lie on the disk at most
            tell(cut)
    return Planned(audio_s=end_s)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
