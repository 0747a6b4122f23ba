"""The report as typst sets it."""
