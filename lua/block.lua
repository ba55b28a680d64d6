-- block: takes free seats off sale. A seat that is held, being paid for or sold stays as it is.
-- Invariant: blocking never takes a seat from anyone; a blocked seat is a success again.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: seat_id+
-- RETURNS: blocked | refused | unopened
--   blocked: seq, seat ids, (seat id, reason)*; refused: (seat id, reason)*
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local meta = read_meta()
if not meta then return { 'unopened' } end
local at = now_ms()

local function judge(seat)
  if not seat.exists then return 'unknown_seat' end
  if seat.status == 'B' then return 'booked' end
  if seat.status == 'P' then return 'paying' end
  if seat.status == 'R' and seat.deadline > at then return 'reserved' end
  return seat.status == 'X' and 'done' or 'free'
end

local blocked, free, refused = {}, {}, {}
for _, seat in ipairs(read_seats(meta, ARGV)) do
  local verdict = judge(seat)
  if verdict == 'free' or verdict == 'done' then
    blocked[#blocked + 1] = seat.id
    if verdict == 'free' then free[#free + 1] = seat end
  else
    refused[#refused + 1] = seat.id
    refused[#refused + 1] = verdict
  end
end
if #blocked == 0 then return { 'refused', refused } end
if #free > 0 then
  for _, seat in ipairs(free) do
    local r = seat.status == 'R' and read_reservation(seat.ref)
    if r and r.status == 'ACTIVE' then expire(meta, r, at) end
  end
  local fresh = read_seats(meta, ids_of(free))
  append(meta, at, 'blocked', '0', '', '', 'X', 0, write_seats(meta, fresh, 'X', '0', 0))
  write_meta(meta)
end
return { 'blocked', meta.seq, blocked, refused }
