"""The databases these tests run on."""

from tests.support.ledger import database as database
from tests.support.ledger import database_url as database_url
from tests.support.ledger import postgres as postgres
