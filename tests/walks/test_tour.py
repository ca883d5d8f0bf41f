"""The tour's walks can be walked: what docs/tour shows is what the house does."""

import pytest

from tests.walks.album import NoCamera
from tests.walks.stage import Stage
from tests.walks.tour import WALKS


@pytest.mark.parametrize("walk", list(WALKS))
def test_the_walk_comes_to_its_end(stage: Stage, walk: str) -> None:
    WALKS[walk](stage, NoCamera())
