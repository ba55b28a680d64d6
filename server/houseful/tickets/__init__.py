"""Tickets: what a sold booking is handed out as, and how it is sent."""
