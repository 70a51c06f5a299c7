"""What a text says: words, phrases, TeX, lexical scores. Text and numbers in, text and numbers out; knows no rows."""
