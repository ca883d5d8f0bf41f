"""The channels whose webhooks name people by an id alone, and which can be asked for more (`hub.model.channels.abilities.Introduces`)."""

INTRODUCING = frozenset(("instagram", "line", "messenger", "slack", "zalo"))
