"""One file a source: each yields raw rows and counts them apart from the parser."""
