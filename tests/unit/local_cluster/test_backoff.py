"""How long a process that died rests."""

from local_cluster.backoff import Backoff


def test_each_death_in_a_row_doubles_the_rest_up_to_half_a_minute() -> None:
    backoff = Backoff()

    rests = [backoff.died(lived_s=1) for _ in range(10)]

    assert rests == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]


def test_three_deaths_in_a_row_are_called_failing() -> None:
    backoff = Backoff()

    verdicts = []
    for _ in range(3):
        backoff.died(lived_s=1)
        verdicts.append(backoff.keeps_dying)

    assert verdicts == [False, False, True]


def test_a_death_after_a_long_life_counts_as_the_first() -> None:
    backoff = Backoff(deaths=7)

    assert backoff.died(lived_s=31) == 0.2
    assert not backoff.keeps_dying
