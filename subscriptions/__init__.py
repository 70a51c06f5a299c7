"""Who reads, what did they ask for, and how does a letter reach them? Does not know what a digest is."""
