"""What keeps the database itself: which one it is, copies of it, and what is old."""
