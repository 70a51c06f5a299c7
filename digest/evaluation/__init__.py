"""How good the ranking is: test collections, metrics, and the BM25 beside which they are shown."""
