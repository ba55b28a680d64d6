"""What is sold: plans, events, their prices and discounts."""
