"""Between Kafka, Redis, S3 and the use cases."""
