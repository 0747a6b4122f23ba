"""What the data doctor hands over: a page to read, a workbook of the rows to correct, corrected copies of the files."""
