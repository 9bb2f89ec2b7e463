"""What the platform does, without HTTP and without SQL: every method takes the caller's scope first."""
