-- reservations: what one user holds, or one reservation of theirs by id. Reads only.
-- Invariant: nobody reads another's reservation; one past its deadline reads as EXPIRED.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: user reservation_id
-- RETURNS: reservations | unopened
--   reservation_id 0 means all that are ACTIVE or PAYING. reservations: now_ms, then one list each:
--   id, status, created_ms, deadline_ms, seat ids, price_list, session, 1 if staff gave it back else 0,
--   request, closed seat ids
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local user, wanted = ARGV[1], ARGV[2]
if not read_meta() then return { 'unopened' } end
local at = now_ms()

local ids = { wanted }
if wanted == '0' then ids = redis.call('HKEYS', user_key(user)) end
local found = {}
for _, id in ipairs(ids) do
  local r = read_reservation(id)
  if r and r.user == user then
    local status = r.status
    if status == 'ACTIVE' and r.deadline <= at then status = 'EXPIRED' end
    found[#found + 1] = { r.id, status, r.created, r.deadline, r.seats, r.list, r.session,
      r.withdrawn and 1 or 0, r.request, r.closed }
  end
end
return { 'reservations', at, found }
