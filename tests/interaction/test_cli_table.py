"""Lists on the command line."""

from datetime import UTC, datetime, timedelta

import pytest

from agent_sdk.cli.table import age, table


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3_599, "59m"),
        (3_600, "1h"),
        (86_399, "23h"),
        (86_400, "1d"),
        (-5, "0s"),
    ],
)
def test_an_age_is_shown_in_its_largest_unit(seconds: int, shown: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert age(now - timedelta(seconds=seconds), now) == shown


def test_a_table_keeps_its_columns_below_their_heads(capsys: pytest.CaptureFixture[str]) -> None:
    table(("id", "said"), [("1", "two\nlines"), ("long", "日本")])
    assert capsys.readouterr().out == "id    said\n1     two lines\nlong  日本\n"
