"""Which papers a reader gets: values in, choices with their reasons out; gathering alone reads rows."""
