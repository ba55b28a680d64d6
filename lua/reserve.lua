-- reserve: takes free seats for one user until a deadline; each seat that cannot be had says why. Of a
-- standing area a number of places is asked for, in all that this user and session want to hold there:
-- those that are missing are picked here, what is too many is given back. A table or box that is sold whole
-- is asked for by its unit's id and a number of people, or by all its seats.
-- Invariant: a seat is taken only if it is free and its version is the one the buyer saw (asked for by its
-- unit: if it is free); all seats of a unit or none. Seats the
-- same user and session hold already are a success, so that a lost reply can be asked again; beside
-- new ones they move into the new reservation, whose deadline is at most 2 × hold after the first and
-- never earlier than theirs was, and whose price list is the first one's. A request asked again under
-- its id gets the hold it made, whatever else it names.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: user session hold_ms max_seats price_list address address_seats address_ms request whole replaces area_count unit_count (area_id quantity accept_fewer)* (unit_id heads)* (seat_id version)*
-- RETURNS: granted | held | refused | unopened
--   granted, held: reservation, deadline_ms, now_ms, seq, seat ids, price_list, (seat id, reason)*,
--   is next: 1 if no hold of the event ends before this one, (area id, reason, places free)*, closed seat
--   ids (see lib/units.lua);
--   refused: (seat id, reason)*, outrun: 1 when all was free when the buyer saw it, and the same of areas
--   address_seats: held at once from one address ('': not counted), address_ms: seats × ms that were
--   kept and not bought within an hour; 0: any number
--   request: '' for none; whole: 1 for all seats or none; replaces: a hold of this user and session that
--   is given back if the seats are granted, and whose bound the new one keeps; 0 for none
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/units.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua
-- include lib/places.lua
-- include lib/unit_choice.lua

-- Refusals that somebody faster can be the reason of.
local RACES = { reserved = true, booked = true, blocked = true, stale_version = true }

local NONE = {}
local user, session, hold_ms, max_seats = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local address, most_held, most_withheld_ms = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local request, whole, replaces = ARGV[9], ARGV[10] == '1', ARGV[11]
local meta = read_meta()
if not meta then return { 'unopened' } end
local at = now_ms()

local known = {}
local function reservation(id)
  if known[id] == nil then known[id] = read_reservation(id) or false end
  return known[id]
end

-- A request that was granted before, and a hold that this one replaces.
if request ~= '' then
  for _, id in ipairs(redis.call('HKEYS', user_key(user))) do
    local r = reservation(id)
    if r and r.request == request and (r.status == 'PAYING' or r.deadline > at) then
      return { 'held', r.id, r.deadline, at, meta.seq, r.seats, r.list, NONE, 0, NONE, r.closed }
    end
  end
end
local old = replaces ~= '0' and reservation(replaces)
if old and not (old.user == user and old.session == session and old.status == 'ACTIVE' and old.deadline > at) then
  old = nil
end

-- The reason a seat is refused; 'free' or 'mine' if it is not.
local function judge(seat, version)
  if not seat.exists or (meta.places and tonumber(seat.id) >= meta.places) then return 'unknown_seat' end
  if seat.status == 'B' then return 'booked' end
  if seat.status == 'X' then return 'blocked' end
  local lapsed = seat.status == 'R' and seat.deadline <= at
  if seat.status ~= 'A' and not lapsed then
    local owner = reservation(seat.ref)
    local mine = owner and owner.user == user and owner.session == session
    if not mine then return 'reserved' end
    if old and owner.id == old.id then return 'stale_version' end -- a hold is not replaced by itself
    return seat.status == 'R' and 'mine' or 'paying'
  end
  if version and seat.version ~= version then return 'stale_version' end
  return 'free'
end

local units_from = 14 + 3 * tonumber(ARGV[12])
local seats_from = units_from + 2 * tonumber(ARGV[13])
local taken, mine, refused, result = {}, {}, {}, {}
local ids, versions = {}, {}
-- Most events have no units, and most requests ask for seats alone: they pay for nothing of the rest.
local choice = (meta.units or units_from < seats_from) and unit_choice(meta)
if choice then
  ids, versions = choice.seats_of(units_from, seats_from, refused)
else
  for i = seats_from, #ARGV, 2 do
    ids[#ids + 1] = ARGV[i]
    versions[#ids] = tonumber(ARGV[i + 1])
  end
end

local outrun = 1
-- How many more this user and this address may hold.
local room, address_room = max_seats, math.huge
local index = redis.call('HGETALL', user_key(user))
for i = 1, #index, 2 do
  local deadline = redis.call('ZSCORE', DEADLINES, index[i])
  if not deadline or tonumber(deadline) > at then room = room - tonumber(index[i + 1]) end
end
if address ~= '' then
  if most_held > 0 then
    address_room = most_held
    for _, held in ipairs(redis.call('HVALS', address_key(address))) do address_room = address_room - tonumber(held) end
  end
  if most_withheld_ms > 0 and
    tonumber(redis.call('GET', withheld_key(address)) or '0') >= most_withheld_ms then address_room = 0 end
end
if old then
  room = room + #old.seats
  address_room = address_room + (old.address == address and #old.seats or 0)
end
local seats = read_seats(meta, ids)
local verdicts = choice and choice.verdicts(seats, versions, judge, room, address_room, max_seats, most_held)
for i, seat in ipairs(seats) do
  local verdict = verdicts and verdicts[i] or judge(seat, versions[i])
  if not verdicts and verdict == 'free' then
    if #taken >= room then verdict = 'limit_reached' end
    if #taken >= address_room then verdict = 'address_limit' end
  end
  if verdict == 'free' or verdict == 'mine' then
    local list = verdict == 'free' and taken or mine
    list[#list + 1] = seat
    result[#result + 1] = seat
  else
    refused[#refused + 1] = seat.id
    refused[#refused + 1] = verdict
    local is_part = verdict == 'whole_unit_only' and not versions[i]
    if not is_part and (not RACES[verdict] or (versions[i] and seat.version <= versions[i])) then outrun = 0 end
  end
end

local asking = units_from > 14 and places_of(meta)
local picks, excess, refused_areas, lapsed = NONE, NONE, NONE, NONE
if asking then
  local is_late
  picks, excess, refused_areas, lapsed, is_late =
    asking.choose(units_from, at, user, session, mine, result, room - #taken, address_room - #taken)
  if is_late then outrun = 0 end
end
if (#result == 0 and #picks == 0) or (whole and #refused > 0) then
  return { 'refused', refused, outrun, refused_areas }
end
if #excess > 0 then asking.give_back(excess, at, reservation) end
local closed = choice and choice.closed(mine, result, reservation) or NONE

local leaving = {}
local first_id
local several = false
for _, seat in ipairs(mine) do
  several = several or (first_id ~= nil and first_id ~= seat.ref)
  first_id = first_id or seat.ref
  leaving[seat.ref] = leaving[seat.ref] or {}
  leaving[seat.ref][seat.id] = true
end
if #taken == 0 and #picks == 0 and not several then
  if #excess > 0 then write_meta(meta) end
  local r = reservation(first_id)
  if choice then choice.keep(r, result, closed) end
  return { 'held', r.id, r.deadline, at, meta.seq, ids_of(result), r.list, refused, 0, refused_areas, closed }
end

local fresh = result
for _, seat in ipairs(taken) do
  local r = seat.status == 'R' and reservation(seat.ref)
  if r and r.status == 'ACTIVE' then
    expire(meta, r, at)
    fresh = nil -- that moved its seats' versions
  end
end
if #picks > 0 then
  for _, r in ipairs(lapsed) do
    local stands = reservation(r.id)
    if stands and stands.status == 'ACTIVE' then
      expire(meta, stands, at)
      fresh = nil
    end
  end
end
local created, list, last, held_until = at, tonumber(ARGV[5]), last_moment(at, hold_ms), 0
for id, seats in pairs(leaving) do
  local r = reservation(id)
  created, list, last = math.min(created, r.created), math.min(list, r.list), math.min(last, r.last)
  held_until = math.max(held_until, r.deadline)
  if request == '' then request = r.request end
  shrink(r, seats, 'RELEASED')
end
if old then
  local seats = held_seats(meta, old, 'R')
  created, last = math.min(created, old.created), math.min(last, old.last)
  charge(old, seats, at)
  end_reservation(old, 'RELEASED')
  append(meta, at, 'released', old.id, user, session, 'A', 0, write_seats(meta, seats, 'A', old.id, 0))
end
fresh = fresh or read_seats(meta, ids_of(result))
for _, pick in ipairs(picks) do
  for _, seat in ipairs(asking.pick_places(pick.area, pick.count)) do fresh[#fresh + 1] = seat end
end
local r = {
  id = int(meta.next), user = user, session = session, status = 'ACTIVE', created = created,
  last = last, list = list, address = address, request = request, seats = ids_of(fresh), closed = closed,
  -- After a payment that failed the seats may be held longer already than two holds: no time is taken.
  deadline = math.min(math.max(math.min(at + hold_ms, created + 2 * hold_ms), held_until), last),
}
meta.next = meta.next + 1
write_reservation(r)
local is_next = start_clock(r, at)
append(meta, at, 'reserved', r.id, user, session, 'R', r.deadline,
  write_seats(meta, fresh, 'R', r.id, r.deadline))
write_meta(meta)
return { 'granted', r.id, r.deadline, at, meta.seq, r.seats, r.list, refused, is_next, refused_areas, closed }
