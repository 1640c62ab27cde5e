"""The metrics page is what Prometheus reads."""

import re

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from bot.observability.meters import OTHERS, Ages, Counts, Spread, Spreads
from bot.observability.metrics import Sample, page, whole_page

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
        'kitrader_things{of="a"} 1.0\n'
        'kitrader_things{of="b"} 3.0\n'
    )


@given(st.text(max_size=30).filter(lambda text: "\r" not in text))
def test_no_label_breaks_a_line(text: str) -> None:
    (line,) = [each for each in page([sample(of=text)]).split("\n") if each and each[0] != "#"]
    assert LINE.match(line), line


def test_large_counts_keep_their_digits() -> None:
    assert page([sample(value=454_123_456_789)]).endswith(" 4.54123456789e+11\n")


@given(st.lists(st.floats(min_value=0, max_value=100)))
def test_a_spread_counts_each_value_once_and_below_its_bound(values: list[float]) -> None:
    spread = Spread()
    for value in values:
        spread.note(value)
    counted = {float(bound): count for bound, count in spread.buckets()}
    assert counted[float("inf")] == spread.count == len(values)
    for bound, count in counted.items():
        assert count == sum(value <= bound for value in values)


def test_what_was_met_too_often_to_be_told_apart_is_counted_together() -> None:
    counts, spreads = Counts("c_total", "", labels=("a", "b")), Spreads("s", "", label="a")
    for number in range(2_500):
        counts.note(str(number), "x")
        spreads.note(str(number), 1.0)
    assert counts.of(OTHERS, OTHERS) == 500
    assert counts.of("1999", "x") == 1
    assert len(spreads.of) == 2_001
    assert spreads.of[OTHERS].count == 500


def test_what_may_yet_go_wrong_is_told_as_nought_from_the_first_of_its_like() -> None:
    counts = Counts("c_total", "", labels=("command", "result"), begun=("failed",))
    counts.note("open", "answered")
    counts.note("close", "failed")
    (family,) = counts.collect()
    told = {tuple(one.labels.values()): one.value for one in family.samples}
    assert told == {("open", "answered"): 1, ("open", "failed"): 0, ("close", "failed"): 1}


def test_an_age_grows_until_the_next_time() -> None:
    ages = Ages("a", "", label="job")
    ages.note("backup", 10.0)
    assert ages.at(15.0) == {"backup": 5.0}
    ages.note("backup", 14.0)
    assert ages.at(15.0) == {"backup": 1.0}


def test_the_page_tells_of_the_process_and_can_be_read_back() -> None:
    families = {one.name: one for one in text_string_to_metric_families(whole_page([sample()]))}
    assert families["process_resident_memory_bytes"].samples[0].value > 1e6
    assert families["process_open_fds"].samples[0].value > 0
    assert {each.labels["stage"] for each in families["kitrader_stage_seconds"].samples} >= {
        "stored",
        "confirmed",
    }
