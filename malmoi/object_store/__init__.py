"""S3 in one place: the client and the layout of keys. Only this package imports `minio`."""
