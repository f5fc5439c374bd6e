"""What the integration tests share: the server under test, clips, an RTMP client of our own, real clients."""
