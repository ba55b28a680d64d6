-- settle_due: an event was looked at; its place in the index is its next deadline, or none.
-- Invariant: only the claim that was handed out last counts, and only if no deadline was noted since.
-- KEYS: index claims
-- ARGV: event claim next_ms
-- RETURNS: settled | void
--   next_ms -1: none. void: the event stays as it is, and due when the lease ends at the latest

local event, claim, next_ms = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HGET', KEYS[2], event) ~= claim then return { 'void' } end
redis.call('HDEL', KEYS[2], event)
if next_ms == '-1' then
  redis.call('ZREM', KEYS[1], event)
else
  redis.call('ZADD', KEYS[1], next_ms, event)
end
return { 'settled' }
