"""docs/people.md says of roles and sessions what the code does."""

from hub.desk.passwords import LONGEST, MEMORY_KIB, ROUNDS, SHORTEST
from hub.desk.people import IDLE_MS, LONGEST_MS
from hub.model.shop.people import RIGHTS, Right, Role
from hub.web.auth.devices import KEPT_S
from hub.web.http.throttle import LOGIN_AT_MOST, NETWORK_AT_MOST, SIGN_INS_AT_MOST, WINDOW_S
from tests.architecture.house import ROOT

PAGE = (ROOT / "docs/people.md").read_text()


def test_the_table_of_rights_is_that_of_the_code() -> None:
    rows = [["role", *Right], ["---"] * (1 + len(Right))]
    rows += [[role.value, *("yes" if right in RIGHTS[role] else "" for right in Right)] for role in Role]

    written = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.count("|") == 2 + len(Right)]

    assert rows == written


def test_every_right_is_explained() -> None:
    assert [] == [right.value for right in Right if f"- **{right.value}**: " not in PAGE]


def test_the_figures_are_those_of_the_code() -> None:
    assert (12, 14) == (IDLE_MS // 3_600_000, LONGEST_MS // 86_400_000)
    assert "after 12 hours without use and after 14 days" in PAGE
    assert f"{SHORTEST} to {LONGEST} characters" in PAGE
    assert f"({MEMORY_KIB // 1024} MiB, {ROUNDS} rounds" in PAGE
    assert (10, 30, 100, 60) == (SIGN_INS_AT_MOST, NETWORK_AT_MOST, LOGIN_AT_MOST, WINDOW_S)
    assert "within a minute ten wrong tries for one login from one network" in PAGE
    assert "thirty from one\nnetwork for all logins, a hundred for one login from everywhere" in PAGE
    assert f"HttpOnly, {KEPT_S // 86_400} days" in PAGE
