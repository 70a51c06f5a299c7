"""What a text means and what is near to it: encoders, fits and vectors, candidates and their ranking."""
