"""How good the ranking is: test collections, metrics, and the BM25 beside which they are shown.

The extra `evaluation`: only the command of that name imports from here, and no reader's page or letter needs it.
"""
