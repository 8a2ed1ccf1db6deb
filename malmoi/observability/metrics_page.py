"""docs/metrics.md, made from the declarations.

`python -m malmoi.observability.metrics_page > docs/metrics.md`
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.metrics import MetricWrapperBase

from malmoi.observability import metrics

_HEAD = """# Metrics

Every process answers `/metrics`; nginx lets nobody ask from outside. This page is made from
`malmoi/observability/metrics.py` by `python -m malmoi.observability.metrics_page`.

Histograms have `_bucket`, `_sum` and `_count`. Labels are closed sets, never a job, room or person.
What follows \"Alert:\" is a rule in `monitoring/alerts.yml` with a page in `docs/runbooks/`.

| metric | type | labels | meaning |
|---|---|---|---|
"""

_SERIES_OF_A_HISTOGRAM = ("_bucket", "_sum", "_count")


@dataclass(frozen=True, slots=True)
class Declared:
    """A metric as an operator meets it."""

    constant: str
    name: str
    kind: str
    labels: tuple[str, ...]
    help: str

    @property
    def series(self) -> frozenset[str]:
        """Names under which its values are stored."""
        if self.kind != "histogram":
            return frozenset({self.name})
        return frozenset(self.name + ending for ending in _SERIES_OF_A_HISTOGRAM)


def declared() -> Iterator[Declared]:
    """Every metric in the order of its declaration."""
    for constant, metric in vars(metrics).items():
        if isinstance(metric, MetricWrapperBase):
            [described] = metric.describe()
            name = described.name + ("_total" if described.type == "counter" else "")
            # The library tells a metric's labels nowhere else.
            labels = tuple(metric._labelnames)  # noqa: SLF001
            yield Declared(constant, name, described.type, labels, described.documentation)


def page() -> str:
    """Return docs/metrics.md."""
    return _HEAD + "".join(
        f"| `{each.name}` | {each.kind} | {', '.join(each.labels)} | {each.help} |\n"
        for each in declared()
    )


if __name__ == "__main__":
    sys.stdout.write(page())
