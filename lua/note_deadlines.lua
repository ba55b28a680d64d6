-- note_deadlines: tells the index of events that they have a deadline, which may be their earliest.
-- Invariant: a deadline is never lost: a look under way may have come before it was set, so that look
-- may not settle the event any more (its claim is void).
-- KEYS: index claims
-- ARGV: (event deadline_ms)+
-- RETURNS: noted

for i = 1, #ARGV, 2 do
  redis.call('ZADD', KEYS[1], 'LT', ARGV[i + 1], ARGV[i])
  redis.call('HDEL', KEYS[2], ARGV[i])
end
return { 'noted' }
