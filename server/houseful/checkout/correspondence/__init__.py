"""What buyers get in writing: tickets, receipts, mails, links."""
