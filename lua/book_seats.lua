-- book_seats: the sale is in SQL; the seats follow. SQL is the truth, so whatever Redis believed
-- before (after a rollback, say) gives way.
-- Invariant: asked again it changes nothing; a reservation that loses a seat here shrinks, and its
-- purchase has a deadline for as long as a seat of it is still PAYING.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: booking_id user seat_id+
-- RETURNS: booked | unopened
--   booked: seq, ids of the seats that changed
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local booking, user = ARGV[1], ARGV[2]
local meta = read_meta()
if not meta then return { 'unopened' } end

local ids = {}
for i = 3, #ARGV do ids[#ids + 1] = ARGV[i] end
local changing, leaving = {}, {}
for _, seat in ipairs(read_seats(meta, ids)) do
  if seat.exists and not (seat.status == 'B' and seat.ref == booking) then
    changing[#changing + 1] = seat
    if seat.status == 'R' or seat.status == 'P' then
      leaving[seat.ref] = leaving[seat.ref] or {}
      leaving[seat.ref][seat.id] = true
    end
  end
end

local session = ''
for id, set in pairs(leaving) do
  local r = read_reservation(id)
  if r and r.booking == booking then session = r.session end
  if r then shrink(r, set, r.booking == booking and 'BOOKED' or 'RELEASED') end
end
local paying = redis.call('GET', checkout_key(booking))
if not paying or redis.call('HGET', reservation_key(paying), 'status') ~= 'PAYING' then
  redis.call('DEL', checkout_key(booking))
  redis.call('ZREM', CHECKOUTS, booking)
end
if #changing > 0 then
  append(meta, now_ms(), 'booked', booking, user, session, 'B', 0,
    write_seats(meta, changing, 'B', booking, 0))
  write_meta(meta)
end
return { 'booked', meta.seq, ids_of(changing) }
