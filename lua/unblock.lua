-- unblock: puts blocked seats back on sale.
-- Invariant: only BLOCKED becomes AVAILABLE; a seat that is not blocked is named and left alone. A unit
-- comes back whole.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: whole seat_id+
-- RETURNS: unblocked | refused | unopened
--   unblocked: seq, seat ids, (seat id, reason)*; refused: (seat id, reason)*
--   whole: see block
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/units.lua
-- include lib/seats.lua
-- include lib/feed.lua

local REASONS = { B = 'booked', P = 'paying', R = 'reserved' }
local meta = read_meta()
if not meta then return { 'unopened' } end

local unblocked, blocked, refused = {}, {}, {}
local whole = table.remove(ARGV, 1) == '1'
local parts = whole and meta.units and units_of(meta).parts(ARGV) or {}
for _, seat in ipairs(read_seats(meta, ARGV)) do
  local reason = not seat.exists and 'unknown_seat' or REASONS[seat.status] or
    (parts[seat.id] and 'whole_unit_only')
  if reason then
    refused[#refused + 1] = seat.id
    refused[#refused + 1] = reason
  else
    unblocked[#unblocked + 1] = seat.id
    if seat.status == 'X' then blocked[#blocked + 1] = seat end
  end
end
if #unblocked == 0 then return { 'refused', refused } end
if #blocked > 0 then
  append(meta, now_ms(), 'unblocked', '0', '', '', 'A', 0, write_seats(meta, blocked, 'A', '0', 0))
  write_meta(meta)
end
return { 'unblocked', meta.seq, unblocked, refused }
