"""PromQL that is written more than once."""

Queries = dict[str, str]
"""Expression by legend; `{{label}}` in a legend is filled by Grafana."""

INTERVAL = "$__rate_interval"
"""Chosen by Grafana, so that each point of a graph covers several scrapes."""


def percentiles(histogram: str, *by: str) -> Queries:
    """The middle and the slow end of a histogram, for each combination of labels."""
    what = " ".join(f"{{{{{label}}}}}" for label in by)
    grouped = ", ".join(("le", *by))
    rates = f"sum by ({grouped}) (rate({histogram}_bucket[{INTERVAL}]))"
    return {
        f"p{share} {what}".strip(): f"histogram_quantile(0.{share}, {rates})"
        for share in ("50", "95")
    }


def mean(histogram: str, by: str) -> str:
    """The average over the interval."""
    total, count = (
        f"sum by ({by}) (rate({histogram}_{part}[{INTERVAL}]))" for part in ("sum", "count")
    )
    return f"{total} / {count}"


def a_second(counter: str, *by: str) -> str:
    """How often it happens."""
    return f"{_sum(by)} (rate({counter}[{INTERVAL}]))"


def a_minute(counter: str, *by: str) -> str:
    """How often it happens, for what is rare."""
    return f"60 * {a_second(counter, *by)}"


def in_an_hour(counter: str, *by: str) -> str:
    """How often it happened within the last hour."""
    return f"{_sum(by)} (increase({counter}[1h]))"


def largest(gauge: str, *by: str) -> str:
    """What every replica reads from PostgreSQL alike, so it must not be summed."""
    return f"max by ({', '.join(by)}) ({gauge})" if by else f"max({gauge})"


def or_zero(expression: str) -> str:
    """Show 0 where a labelled counter has had no event yet."""
    return f"{expression} or vector(0)"


def _sum(by: tuple[str, ...]) -> str:
    return f"sum by ({', '.join(by)})" if by else "sum"
