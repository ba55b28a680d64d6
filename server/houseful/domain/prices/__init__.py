"""What tickets cost, in which money, and what goes back of it."""
