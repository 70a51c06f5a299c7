"""The digest's letters: planned, composed of cards, worded, and written into the ledger."""
