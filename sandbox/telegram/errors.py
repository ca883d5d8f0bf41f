"""What the Bot API refuses, in its own words."""

from sandbox.telegram.world import Json


class BotError(Exception):
    """An answer with ok false, in Telegram's words."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        """As it goes over the wire (https://core.telegram.org/bots/api#making-requests)."""
        told: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return {**told, "parameters": dict(self.parameters)} if self.parameters else told
