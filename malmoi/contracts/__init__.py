"""What the services say to each other and to the world: models and rules, no driver."""
