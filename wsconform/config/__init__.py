"""What the user configures."""
