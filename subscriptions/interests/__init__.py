"""What may be asked for: kinds of interests, and papers as somebody has them at hand."""
