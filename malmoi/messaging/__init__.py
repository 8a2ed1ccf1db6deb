"""Kafka in one place: who the cluster is, publishing, reading, and the only commit rule.

Only this package imports `aiokafka`.
"""
