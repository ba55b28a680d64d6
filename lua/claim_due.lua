-- claim_due: hands out events whose deadline has come. An event stays in the index: it is due again
-- when the lease ends, unless it is settled before, so that nothing is dropped before it succeeded.
-- Invariant: of several workers that ask, one gets an event until its lease ends.
-- KEYS: index claims
-- ARGV: limit lease_ms
-- RETURNS: due
--   due: now_ms, next deadline_ms in the index (-1: none), (event, claim)*
-- include lib/clock.lua

local at = now_ms()
local claim, found = at + tonumber(ARGV[2]), {}
for _, event in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', at, 'LIMIT', 0, tonumber(ARGV[1]))) do
  redis.call('ZADD', KEYS[1], claim, event)
  redis.call('HSET', KEYS[2], event, claim)
  found[#found + 1] = event
  found[#found + 1] = claim
end
local earliest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
return { 'due', at, earliest and tonumber(earliest) or -1, found }
