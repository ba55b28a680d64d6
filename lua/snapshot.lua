-- snapshot: the whole state of an event for a worker that has none, or lost its place in the feed.
-- Invariant: state and seq belong together. Reads only: a hold past its deadline that was not swept
-- yet stands in it.
-- KEYS: meta state feed deadlines checkouts
-- ARGV:
-- RETURNS: state | unopened
--   state: epoch, seq, base, first seat id, seat count, now_ms, (seat id, record)*, (reservation, user, session)*, last written
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/written.lua

local meta = read_meta()
if not meta then return { 'unopened' } end
local at = now_ms()

local owners = {}
local function owner_of(id)
  local r = id and redis.call('HMGET', reservation_key(id), 'user', 'session')
  if r and r[1] then
    owners[#owners + 1] = id
    owners[#owners + 1] = r[1]
    owners[#owners + 1] = r[2]
  end
end
for _, id in ipairs(redis.call('ZRANGE', DEADLINES, 0, -1)) do owner_of(id) end
for _, booking in ipairs(redis.call('ZRANGE', CHECKOUTS, 0, -1)) do
  owner_of(redis.call('GET', checkout_key(booking)))
end
local last = redis.call('XREVRANGE', FEED, '+', '-', 'COUNT', 1)[1]
return { 'state', meta.epoch, meta.seq, meta.base, meta.first, meta.count, at,
  redis.call('HGETALL', STATE), owners, last and written_at(last) or '0' }
