-- unbook_seats: a sale was undone in SQL; its seats are free again.
-- Invariant: only seats BOOKED by this booking move; asked again it changes nothing.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: booking_id user seat_id+
-- RETURNS: unbooked | unopened
--   unbooked: seq, ids of the seats that changed
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/seats.lua
-- include lib/feed.lua

local booking, user = ARGV[1], ARGV[2]
local meta = read_meta()
if not meta then return { 'unopened' } end

local ids = {}
for i = 3, #ARGV do ids[#ids + 1] = ARGV[i] end
local changing = {}
for _, seat in ipairs(read_seats(meta, ids)) do
  if seat.status == 'B' and seat.ref == booking then changing[#changing + 1] = seat end
end
if #changing > 0 then
  append(meta, now_ms(), 'unbooked', booking, user, '', 'A', 0, write_seats(meta, changing, 'A', '0', 0))
  write_meta(meta)
end
return { 'unbooked', meta.seq, ids_of(changing) }
