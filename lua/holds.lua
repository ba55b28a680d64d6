-- holds: what everybody holds or is paying for, or one reservation by id; for staff. Reads only.
-- Invariant: only seats that are held now stand in it; one past its deadline is left out.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: reservation_id limit
-- RETURNS: holds | unopened
--   reservation_id 0 means all. holds: now_ms, then one list each:
--   as `reservations` has them, with user and address
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local wanted, limit = ARGV[1], tonumber(ARGV[2])
if not read_meta() then return { 'unopened' } end
local at = now_ms()

local ids = {}
if wanted ~= '0' then
  ids[1] = wanted
else
  for _, booking in ipairs(redis.call('ZRANGE', CHECKOUTS, 0, limit - 1)) do
    ids[#ids + 1] = redis.call('GET', checkout_key(booking)) or nil
  end
  for _, id in ipairs(redis.call('ZRANGE', DEADLINES, 0, limit - 1)) do ids[#ids + 1] = id end
end
local found = {}
for _, id in ipairs(ids) do
  local r = read_reservation(id)
  local held = r and (r.status == 'PAYING' or (r.status == 'ACTIVE' and r.deadline > at))
  if held then
    found[#found + 1] = { r.id, r.status, r.created, r.deadline, r.seats, r.list, r.session, 0,
      r.request, r.closed, r.user, r.address }
  end
end
return { 'holds', at, found }
