"""What Stripe's API calls resources, and the money in them."""
