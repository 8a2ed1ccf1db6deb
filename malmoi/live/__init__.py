"""Redis in one place: it makes events and clips fast and carries cancel flags; never the truth."""
