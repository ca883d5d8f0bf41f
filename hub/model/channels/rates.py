"""How fast a channel account may be written through."""

from hub.model.base import Value


class Rates(Value, frozen=True):
    """Calls a second an account, and one recipient on it, may get; 0: no limit. `burst`: how many at once.

    `per_group`: what a group may get instead; groups are the recipients whose ids begin with `group_ids`.
    """

    per_second: float = 0.0
    burst: int = 1
    per_address: float = 0.0
    address_burst: int = 1
    per_group: float = 0.0
    group_burst: int = 1
    group_ids: str = "-"
