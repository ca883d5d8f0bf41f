"""The channels under whose posts people comment, and what can be done to a comment there (`hub.model.channels.abilities.Comments`)."""

from collections.abc import Mapping

from hub.model.messaging.comments import CommentVerb

COMMENTING: Mapping[str, frozenset[CommentVerb]] = {
    "instagram": frozenset(CommentVerb) - {CommentVerb.LIKE, CommentVerb.UNLIKE},
    "messenger": frozenset(CommentVerb),
}
"""By kind. Instagram gives a like to nobody's program."""
