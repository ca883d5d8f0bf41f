"""Finding one of 100,000 customers: `python -m bench.finding`, or with the address of an empty PostgreSQL database behind it.

Fills an archive's index with Vietnamese and Taiwanese names, phones, e-mails and orders, and asks what agents ask: a name many
bear, a whole name, last digits, an order, nothing at all. Prints the slowest median and the slowest answer. Exit 1 where
an aim was missed.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from hub.model.address import Address
from hub.model.customers.cart import Orders, PlacedOrder
from hub.model.customers.record import Fact, Live
from hub.model.inbox.finding import asked, findable
from hub.store.archive.open import Archive

CUSTOMERS, BATCH, ROUNDS, PAGE = 100_000, 1_000, 15, 50
AIM_MS = 100.0
FAMILY = ("Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "王", "林")
MIDDLE = ("Văn", "Thị", "Hữu", "Ngọc", "Minh", "Đức", "Thanh")
GIVEN = ("Anh", "Ánh", "Bình", "Châu", "Dũng", "Giang", "Hà", "Hương", "Khang", "Lan", "Mai", "Nam", "Oanh", "Phúc", "Quân", "Thảo", "Vy")
ASKED = (
    "", "n", "nguyen", "nguyen van", "nguyen van a", "Nguyễn Thị Hương", "thi van", "huong 4321", "0912 345 678", "98765", "#DH-54321",
    "khach99999@shop", "nobody of this name", "nguyen zz", "王 anh",
)  # fmt: skip


def person(n: int) -> Live:
    """The customer of that number, as a shop knows one."""
    name = f"{FAMILY[n % 12]} {MIDDLE[n // 12 % 7]} {GIVEN[n // 5 % 17]}"
    told = {"name": name, "phone": f"+84{900_000_000 + n * 7919 % 99_999_989}", "email": f"khach{n}@shop.example"}
    return Live(
        id=f"cu-0192f0c1-2345-7abc-8def-{n:012}",
        created=1_700_000_000_000 + n,
        addresses=(Address(channel="telegram", account="shop", id=str(500_000_000 + n)),),
        profile={key: Fact(value=value, source="shop", at=1) for key, value in told.items()},
        orders=Orders(last_id=f"DH-{n}", last=(PlacedOrder(id=f"DH-{n}", at=1),)) if n % 2 else None,
    )


async def measured(url: str) -> dict[str, list[float]]:
    """Milliseconds of each answer, by what was asked."""
    archive = await Archive.open(url)
    try:
        for start in range(0, CUSTOMERS, BATCH):
            await archive.finder.put([findable(person(n)) for n in range(start, start + BATCH)])
        return {text: [await _once(archive, text) for _ in range(ROUNDS)] for text in ASKED}
    finally:
        await archive.close()


async def _once(archive: Archive, text: str) -> float:
    begun = time.perf_counter()
    await archive.finder.search(asked(text), limit=PAGE + 1)
    return (time.perf_counter() - begun) * 1000


def main() -> int:
    """Measure and print; 1 where an aim was missed."""
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else str(Path(folder) / "archive.sqlite3")
        found = asyncio.run(measured(url))
    for text, times in found.items():
        print(f"{text or '(nothing)':24} {median(times):7.1f} ms, slowest {max(times):7.1f}")
    worst, slowest = max(median(times) for times in found.values()), max(max(times) for times in found.values())
    print(f"figure: find_ms {worst:.1f}, slowest {slowest:.1f}" + ("; missed" if worst >= AIM_MS else "; the aim met"))
    return int(worst >= AIM_MS)


if __name__ == "__main__":
    sys.exit(main())
