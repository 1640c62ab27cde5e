"""The metrics page is what Prometheus reads."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.observability.metrics import Sample, page

LINE = re.compile(r'^[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\.)*"(,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? \S+$')


def sample(name: str = "kitrader_things", value: float = 1, **labels: str) -> Sample:
    return Sample(name=name, kind="gauge", words="Things there are.", value=value, labels=labels)


def test_samples_of_one_name_come_together_under_one_head() -> None:
    assert page([sample(of="a"), sample("kitrader_b", 2.5), sample(value=3, of="b")]) == (
        "# HELP kitrader_b Things there are.\n"
        "# TYPE kitrader_b gauge\n"
        "kitrader_b 2.5\n"
        "# HELP kitrader_things Things there are.\n"
        "# TYPE kitrader_things gauge\n"
        'kitrader_things{of="a"} 1\n'
        'kitrader_things{of="b"} 3\n'
    )


@given(st.text(max_size=30).filter(lambda text: "\r" not in text))
def test_no_label_breaks_a_line(text: str) -> None:
    (line,) = [each for each in page([sample(of=text)]).split("\n") if each and each[0] != "#"]
    assert LINE.match(line), line


def test_large_counts_keep_their_digits() -> None:
    assert page([sample(value=454_123_456_789)]).endswith(" 454123456789\n")
