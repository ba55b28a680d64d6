"""Worker processes with less in them, to compare with."""
