-- begin_checkout: moves all the seats of a purchase to PAYING, out of the reach of their deadline.
-- Invariant: all seats or none, and of a unit all; each held by this user and not lapsed. Asked again for the same
-- booking it is a success. Seats from several reservations, or part of one, become a new one. `fence`
-- names the attempt: of those that began, only the last can be abandoned.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: user booking_id pay_ms fence seat_id+
-- RETURNS: begun | refused | unopened
--   begun: reservation, deadline_ms, now_ms, seq, seat ids, price_list, is next (of the event's purchases),
--   closed seat ids; refused: (seat id, reason)*
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/units.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local user, booking, pay_ms, fence = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local meta = read_meta()
if not meta then return { 'unopened' } end
local at = now_ms()

local ids = {}
for i = 5, #ARGV do ids[#ids + 1] = ARGV[i] end

local known = {}
local function judge(seat)
  if not seat.exists then return 'unknown_seat' end
  if seat.status == 'B' then return 'booked' end
  if seat.status == 'X' then return 'blocked' end
  local r = known[seat.ref] or read_reservation(seat.ref)
  local mine = r and r.user == user
  if seat.status == 'A' then return mine and r.status == 'EXPIRED' and 'expired' or 'not_held' end
  if not mine then return 'reserved' end
  if seat.status == 'P' then return r.booking == booking and 'begun' or 'paying' end
  if seat.deadline <= at then return 'expired' end
  known[seat.ref] = r
  return 'held'
end

local parts = meta.units and units_of(meta).parts(ids) or {}
local seats, refused, begun = read_seats(meta, ids), {}, 0
for _, seat in ipairs(seats) do
  local verdict = judge(seat)
  if parts[seat.id] and (verdict == 'held' or verdict == 'begun') then verdict = 'whole_unit_only' end
  if verdict == 'begun' then
    begun = begun + 1
  elseif verdict ~= 'held' then
    refused[#refused + 1] = seat.id
    refused[#refused + 1] = verdict
  end
end
if #refused > 0 then return { 'refused', refused } end
if begun == #seats then
  local r = read_reservation(seats[1].ref)
  if fence ~= '' then redis.call('HSET', reservation_key(r.id), 'fence', fence) end
  return { 'begun', r.id, r.deadline, at, meta.seq, r.seats, r.list, 0, r.closed }
end

local leaving, count, whole = {}, 0, nil
for _, seat in ipairs(seats) do
  if not leaving[seat.ref] then
    leaving[seat.ref] = {}
    count = count + 1
    whole = known[seat.ref]
  end
  leaving[seat.ref][seat.id] = true
end
local r = whole
if count > 1 or #whole.seats ~= #seats then
  r = { id = int(meta.next), user = user, session = whole.session, created = at,
    deadline = whole.deadline, topped = whole.topped, last = whole.last, list = whole.list,
    address = whole.address, closed = {} }
  meta.next = meta.next + 1
  for id, set in pairs(leaving) do
    local old = known[id]
    r.created = math.min(r.created, old.created)
    r.deadline, r.last = math.min(r.deadline, old.deadline), math.min(r.last, old.last)
    r.list = math.min(r.list, old.list)
    if old.topped == '1' then r.topped = '1' end
    for _, seat in ipairs(old.closed) do
      if set[seat] then r.closed[#r.closed + 1] = seat end
    end
    shrink(old, set, 'RELEASED')
  end
end
r.seats, r.status, r.booking = ids, 'PAYING', booking
r.left = math.max(0, r.deadline - at)
r.deadline = at + pay_ms
stop_clock(r)
write_reservation(r)
redis.call('HSET', reservation_key(r.id), 'fence', fence)
redis.call('SET', checkout_key(booking), r.id)
redis.call('ZADD', CHECKOUTS, int(r.deadline), booking)
append(meta, at, 'paying', r.id, user, r.session, 'P', r.deadline,
  write_seats(meta, seats, 'P', r.id, r.deadline))
write_meta(meta)
local is_next = redis.call('ZRANK', CHECKOUTS, booking) == 0 and 1 or 0
return { 'begun', r.id, r.deadline, at, meta.seq, ids, r.list, is_next, r.closed }
