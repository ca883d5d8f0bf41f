"""kill -9: nothing is doubled or lost by the cursor."""

import subprocess
import sys
from random import Random

from hub.store.archive.rows import position_of
from tests.archive.entries import ANN
from tests.archive.opened import opened
from tests.archive.steady_writer import PARTITIONS

SEED = 20


async def test_a_killed_writer_goes_on_where_the_archive_stands(url: str) -> None:
    draw = Random(SEED)
    acknowledged = 0
    for _ in range(5):
        acknowledged = _write_until_killed(url, batches=draw.randrange(1, 12), acknowledged=acknowledged)

    async with opened(url) as archive:
        cursors, kept, moves = await archive.cursors(), await archive.turns(ANN), (await archive.export(ANN))["deliveries"]
        assert set(cursors) == set(PARTITIONS)
        for partition in PARTITIONS:
            end = position_of(cursors[partition])[0]
            numbers = [turn.turn.now for turn in kept if turn.partition == partition]
            assert end >= acknowledged
            assert numbers == list(range(1, end + 1, 2))
            assert [row["ms"] for row in moves if row["partition"] == partition] == list(range(2, end + 1, 2))


def _write_until_killed(url: str, *, batches: int, acknowledged: int) -> int:
    """Kill it while it writes the batch after so many; the number of the last entry it said was archived."""
    command = [sys.executable, "-m", "tests.archive.steady_writer", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(batches):
            said = position_of(writer.stdout.readline().strip())[0]
            assert said > acknowledged
            acknowledged = said
        writer.kill()
    return acknowledged
