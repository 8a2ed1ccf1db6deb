"""Redis in one place: it makes events fast and carries cancel flags; it is never the truth."""
