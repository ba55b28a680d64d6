-- sweep: frees the holds that lapsed, names the purchases whose time to pay is over (whether their
-- seats may be freed is SQL's to say), and says when to look again. Any number of workers may call it.
-- Invariant: only a reservation past its deadline by Redis's clock is freed; PAYING ones never are.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: limit
-- RETURNS: swept | unopened
--   swept: now_ms, next deadline_ms of those that are left (-1: none), reservations freed, bookings lapsed
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local limit = tonumber(ARGV[1])
local meta = read_meta()
if not meta then return { 'unopened' } end
local at = now_ms()

local freed = redis.call('ZRANGEBYSCORE', DEADLINES, '-inf', int(at), 'LIMIT', 0, limit)
for _, id in ipairs(freed) do
  local r = read_reservation(id)
  if r then expire(meta, r, at) else redis.call('ZREM', DEADLINES, id) end
end
if #freed > 0 then write_meta(meta) end

local lapsed = redis.call('ZRANGEBYSCORE', CHECKOUTS, '-inf', int(at), 'LIMIT', 0, limit)
local hold = redis.call('ZRANGE', DEADLINES, 0, 0, 'WITHSCORES')[2]
local checkout = redis.call('ZRANGE', CHECKOUTS, #lapsed, #lapsed, 'WITHSCORES')[2]
local earliest = math.min(tonumber(hold or 'inf'), tonumber(checkout or 'inf'))
return { 'swept', at, earliest < math.huge and earliest or -1, freed, lapsed }
