-- close: forgets the seats of an event that is over. SQL has what was sold, and `open` builds them again
-- when they are needed.
-- Invariant: nothing is forgotten while a seat is held or paid for, or something moved lately.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: idle_ms
-- RETURNS: closed | busy
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/written.lua

if redis.call('EXISTS', DEADLINES, CHECKOUTS) > 0 then return { 'busy' } end
local last = redis.call('XREVRANGE', FEED, '+', '-', 'COUNT', 1)[1]
if last and tonumber(written_at(last)) > now_ms() - tonumber(ARGV[1]) then return { 'busy' } end
redis.call('DEL', META, STATE, FEED, PREFIX .. 'areas', PREFIX .. 'returned', PREFIX .. 'units')
return { 'closed' }
