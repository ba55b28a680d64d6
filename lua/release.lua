-- release: gives back a whole reservation, or single seats of any of the user's reservations.
-- Invariant: only the holder releases, and never a seat that is being paid for, nor part of a unit.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: user reservation_id kind seat_id*
-- RETURNS: released | refused | unopened
--   kind is what the feed says: released by the holder, or withdrawn by staff.
--   reservation_id 0 means the seats named. released: seq, seat ids, (seat id, reason)*;
--   refused: reason for a reservation, (seat id, reason)* for seats
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/units.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local user, id, kind = ARGV[1], ARGV[2], ARGV[3]
local meta = read_meta()
if not meta then return { 'unopened' } end
local at = now_ms()

local ids = {}
if id ~= '0' then
  local r = read_reservation(id)
  if not r or r.user ~= user then return { 'refused', 'unknown_reservation' } end
  if r.status == 'PAYING' then return { 'refused', 'in_payment' } end
  if r.status == 'BOOKED' then return { 'refused', 'already_booked' } end
  if r.status == 'RELEASED' then return { 'refused', 'released' } end
  if r.status == 'EXPIRED' or r.deadline <= at then return { 'refused', 'expired' } end
  ids = r.seats
else
  for i = 4, #ARGV do ids[#ids + 1] = ARGV[i] end
end

local parts = meta.units and units_of(meta).parts(ids) or {}
local by_reservation, order, released, refused = {}, {}, {}, {}
for _, seat in ipairs(read_seats(meta, ids)) do
  local held = seat.exists and (seat.status == 'R' or seat.status == 'P')
  local r = held and (by_reservation[seat.ref] or read_reservation(seat.ref))
  local mine = r and r.user == user
  if mine and seat.status == 'R' and seat.deadline > at and not parts[seat.id] then
    if not by_reservation[r.id] then
      by_reservation[r.id] = r
      r.leaving, r.leaving_ids = {}, {}
      order[#order + 1] = r
    end
    r.leaving[#r.leaving + 1] = seat
    r.leaving_ids[seat.id] = true
    released[#released + 1] = seat.id
  else
    refused[#refused + 1] = seat.id
    refused[#refused + 1] = (not seat.exists and 'unknown_seat')
      or (mine and seat.status == 'P' and 'paying')
      or (mine and parts[seat.id] and 'whole_unit_only') or 'not_held'
  end
end
if #released == 0 then return { 'refused', refused } end

for _, r in ipairs(order) do
  charge(r, r.leaving, at)
  append(meta, at, kind, r.id, user, r.session, 'A', 0, write_seats(meta, r.leaving, 'A', r.id, 0))
  shrink(r, r.leaving_ids, 'RELEASED')
  -- Who was away hears of it when they ask what became of their hold.
  if kind == 'withdrawn' then redis.call('HSET', reservation_key(r.id), 'withdrawn', '1') end
end
write_meta(meta)
return { 'released', meta.seq, released, refused }
