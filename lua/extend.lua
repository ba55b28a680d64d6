-- extend: gives a reservation another hold from now, at most 2 × hold after it began. Asked again in
-- the same moment it is a success that moves nothing.
-- Invariant: a hold cannot be kept for ever; a lapsed one cannot be brought back.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: user reservation_id hold_ms
-- RETURNS: extended | refused | unopened
--   extended: reservation, deadline_ms, now_ms, seq, seat ids, price_list, is next (see reserve), closed seat ids;
--   refused: reason
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local user, id, hold_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])
local meta = read_meta()
if not meta then return { 'unopened' } end
local at = now_ms()

local r = read_reservation(id)
if not r or r.user ~= user then return { 'refused', 'unknown_reservation' } end
if r.status == 'PAYING' then return { 'refused', 'in_payment' } end
if r.status == 'BOOKED' then return { 'refused', 'already_booked' } end
if r.status == 'RELEASED' then return { 'refused', 'released' } end
if r.status == 'EXPIRED' or r.deadline <= at then return { 'refused', 'expired' } end
local bound = r.created + 2 * hold_ms
if r.deadline >= bound then return { 'refused', 'extension_limit' } end

local deadline, is_next = math.min(at + hold_ms, bound), 0
if deadline > r.deadline then
  r.deadline = deadline
  local seats = held_seats(meta, r, 'R')
  write_reservation(r)
  is_next = start_clock(r, at)
  append(meta, at, 'extended', r.id, user, r.session, 'R', deadline,
    write_seats(meta, seats, 'R', r.id, deadline))
  write_meta(meta)
end
return { 'extended', r.id, r.deadline, at, meta.seq, r.seats, r.list, is_next, r.closed }
