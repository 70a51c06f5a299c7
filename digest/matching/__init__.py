"""Which papers a reader gets: values in, choices with reasons out. Gathering, and kinds for it, alone read rows."""
