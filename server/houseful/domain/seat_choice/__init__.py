"""Which seats suit: the best together, and none left alone."""
