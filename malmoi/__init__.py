"""What every Malmoi service shares; it imports no service."""
