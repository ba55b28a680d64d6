"""Moving money: the port (`gateway`), Stripe behind it (`stripe`), and a demo that moves none."""
