"""A stand-in for Stripe's HTTP API, for the real SDK to talk to over a real socket.

It keeps the promises we build on (idempotency, the PaymentIntent's states, declines, 3-D Secure,
refund rules, signed webhooks), breaks on demand as a network does (`faults`), and keeps a ledger
that tells whether anybody paid twice. What it does follows docs.stripe.com; what our own tests
cannot tell from Stripe, `localstripe` checks independently (tests/payments/test_localstripe.py).

    cards ─ intents ─ refunds     pure rules
    ledger                        who paid what, and what may not be
    account                       one Stripe account: its objects and events
    idempotency, faults           what stands between a request and the account
    webhooks                      the courier
    api, control, server          HTTP: Stripe's paths, our own, and the sockets
"""
