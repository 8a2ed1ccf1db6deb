"""Long recordings through the cluster: `python -m benchmarks.long_recordings WHAT --data DIR`.

speedup     an hour: two workers of one thread each against one; and against the bare engine
accuracy    the error rate in chunks against the same engine over the whole file at once
memory      peak memory of every process: six hours against ten minutes, without a model
overtaking  how long a room's clip waits while hours of speech are recognised on the only worker
takeover    from `kill -9` of a worker late in a recording until its chunk is somebody else's

Recordings are made of the clips in DIR (`refs.jsonl`), each of one language, with pauses between.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from benchmarks.long import accuracy, memory, overtaking, speedup, takeover
from benchmarks.long.material import Material

MEASURES = {
    "speedup": speedup.measure,
    "accuracy": accuracy.measure,
    "memory": memory.measure,
    "overtaking": overtaking.measure,
    "takeover": takeover.measure,
}


def main() -> None:
    """Run one of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument("--data", type=Path, required=True, help="folder with refs.jsonl")
    parser.add_argument("--language", default="ko")
    parser.add_argument("--minutes", type=float, default=60.0, help="of the recording")
    parser.add_argument("--rounds", type=int, default=1, help="machines have slow hours")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="malmoi-long-") as folder:
        material = Material(arguments.data, arguments.language, Path(folder))
        for _ in range(arguments.rounds):
            asyncio.run(MEASURES[arguments.what](material, arguments.minutes))


if __name__ == "__main__":
    main()
