-- abandon_checkout: a purchase that came to nothing gives its seats back: to the buyer with the time
-- that was left when paying began (at least MIN_LEFT_MS, topped up only once) but not past the hold's
-- last moment, or to everyone.
-- Invariant: only seats PAYING for this booking move, and of an attempt that names its `fence` only
-- its own; asked again it changes nothing.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: booking_id keep fence
-- RETURNS: kept | freed | gone | unopened
--   kept: reservation, deadline_ms, now_ms, seq, seat ids, price_list, is next (see reserve), closed seat ids; freed: seq, seat ids; gone: nothing to do
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local MIN_LEFT_MS = 60000
local booking, keep, fence = ARGV[1], ARGV[2] == '1', ARGV[3]
local meta = read_meta()
if not meta then return { 'unopened' } end
local at = now_ms()

local id = redis.call('GET', checkout_key(booking))
local last = id and redis.call('HGET', reservation_key(id), 'fence') or ''
if fence ~= '' and last ~= '' and fence ~= last then return { 'gone' } end
local r = id and read_reservation(id)
local seats = r and r.status == 'PAYING' and held_seats(meta, r, 'P') or {}
redis.call('DEL', checkout_key(booking))
redis.call('ZREM', CHECKOUTS, booking)
if #seats == 0 then
  if r and r.status == 'PAYING' then end_reservation(r, 'RELEASED') end
  return { 'gone' }
end

if not keep or r.last <= at then
  end_reservation(r, 'RELEASED')
  charge(r, seats, at)
  append(meta, at, 'abandoned', r.id, r.user, r.session, 'A', 0, write_seats(meta, seats, 'A', r.id, 0))
  write_meta(meta)
  return { 'freed', meta.seq, ids_of(seats) }
end
if r.left < MIN_LEFT_MS and r.topped ~= '1' then
  r.left, r.topped = MIN_LEFT_MS, '1'
end
r.status, r.booking, r.seats = 'ACTIVE', '0', ids_of(seats)
r.deadline = math.min(at + r.left, r.last)
write_reservation(r)
local is_next = start_clock(r, at)
append(meta, at, 'kept', r.id, r.user, r.session, 'R', r.deadline,
  write_seats(meta, seats, 'R', r.id, r.deadline))
write_meta(meta)
return { 'kept', r.id, r.deadline, at, meta.seq, r.seats, r.list, is_next, r.closed }
