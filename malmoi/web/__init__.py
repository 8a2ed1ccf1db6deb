"""What the HTTP services share: problem+json, trace ids, and who the caller is."""
