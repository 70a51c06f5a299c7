"""What a text says: words and stems, phrases, TeX, tokens, lexical scores, postings. Values in and out; no rows."""
