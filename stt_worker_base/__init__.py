"""What every worker that turns speech into text has in common."""
