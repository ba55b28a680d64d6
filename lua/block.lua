-- block: takes free seats off sale. A seat that is held, being paid for or sold stays as it is.
-- Invariant: blocking never takes a seat from anyone; a blocked seat is a success again. A unit is blocked
-- whole.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: whole seat_id+
-- RETURNS: blocked | refused | unopened
--   blocked: seq, seat ids, (seat id, reason)*; refused: (seat id, reason)*
--   whole: 0 where SQL says what is blocked, a unit or not
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/units.lua
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

local whole = table.remove(ARGV, 1) == '1'
local seats, verdicts, able = read_seats(meta, ARGV), {}, {}
for i, seat in ipairs(seats) do
  verdicts[i] = judge(seat)
  if verdicts[i] == 'free' or verdicts[i] == 'done' then able[#able + 1] = seat.id end
end
local parts = whole and meta.units and units_of(meta).parts(able) or {}
local blocked, free, refused = {}, {}, {}
for i, seat in ipairs(seats) do
  local verdict = parts[seat.id] and 'whole_unit_only' or verdicts[i]
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
