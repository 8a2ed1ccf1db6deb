"""Redis as the use cases need it. No rule of the business stands here."""
