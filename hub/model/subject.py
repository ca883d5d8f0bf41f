"""Subjects: whose mailbox it is, and in which of the 64 partitions it lies."""

from binascii import crc32

PARTITIONS = 64
"""Recorded in `hub:meta`; a process that disagrees refuses to start."""


def customer_subject(customer: str) -> str:
    """The mailbox of a customer."""
    return f"customer:{customer}"


def account_subject(channel: str, account: str) -> str:
    """The mailbox of a channel account (polling, tokens)."""
    return f"account:{channel}:{account}"


def subject_id(subject: str) -> str:
    """What stands behind the kind: `customer:cu-1` → `cu-1`."""
    return subject.partition(":")[2]


def partition_of(subject: str) -> int:
    """crc32 of the subject's UTF-8 bytes mod 64; the same on every process of a hub."""
    return crc32(subject.encode()) % PARTITIONS
