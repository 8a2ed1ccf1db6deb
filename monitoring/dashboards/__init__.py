"""What Grafana shows: one module a page; `python -m monitoring.dashboards` writes their JSON."""
