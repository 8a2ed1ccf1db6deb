"""What happens now: streams of numbered events, sockets that follow them, and who is connected."""
