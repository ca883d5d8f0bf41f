"""Anything at all in any place of a webhook: what property tests of parsers draw."""

from typing import Any

from hypothesis import strategies as st


def anything(*keys: str) -> st.SearchStrategy[object]:
    """Some JSON; its objects have these keys, for names the parser looks for go deepest."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=3),
        max_leaves=8,
    )


def spots(of: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - JSON
    """Every place in a body: what holds it, and under which key."""
    keys = list(of) if isinstance(of, dict) else list(range(len(of))) if isinstance(of, list) else []
    return [(of, key) for key in keys] + [deeper for key in keys for deeper in spots(of[key])]
