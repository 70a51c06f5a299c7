"""What templates of all rooms may use."""
