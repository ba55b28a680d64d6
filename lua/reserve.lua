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

local function asked_before()
  for _, id in ipairs(request ~= '' and redis.call('HKEYS', user_key(user)) or {}) do
    local r = reservation(id)
    if r and r.request == request and (r.status == 'PAYING' or r.deadline > at) then return r end
  end
end

local function replaced()
  local r = replaces ~= '0' and reservation(replaces)
  local mine = r and r.user == user and r.session == session
  return mine and r.status == 'ACTIVE' and r.deadline > at and r or nil
end

local function held_by_user()
  local total, index = 0, redis.call('HGETALL', user_key(user))
  for i = 1, #index, 2 do
    local deadline = redis.call('ZSCORE', DEADLINES, index[i])
    if not deadline or tonumber(deadline) > at then total = total + tonumber(index[i + 1]) end
  end
  return total
end

local function room_of_address()
  local room = math.huge
  if address == '' then return room end
  if most_held > 0 then
    room = most_held
    for _, seats in ipairs(redis.call('HVALS', address_key(address))) do room = room - tonumber(seats) end
  end
  if most_withheld_ms > 0 and
    tonumber(redis.call('GET', withheld_key(address)) or '0') >= most_withheld_ms then room = 0 end
  return room
end

local old = replaced()

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

local before = asked_before()
if before then
  return { 'held', before.id, before.deadline, at, meta.seq, before.seats, before.list, NONE, 0, NONE, before.closed }
end

local units_from = 14 + 3 * tonumber(ARGV[12])
local seats_from = units_from + 2 * tonumber(ARGV[13])
local units = meta.units and units_of(meta)
local taken, mine, refused, result = {}, {}, {}, {}
local ids, versions, heads = {}, {}, {}
for i = units_from, seats_from - 1, 2 do
  local unit, count = units and units.of(ARGV[i]), tonumber(ARGV[i + 1])
  if not unit or int(unit.first) ~= ARGV[i] or count < unit.least or count > unit.most then
    refused[#refused + 1] = ARGV[i]
    refused[#refused + 1] = 'whole_unit_only'
  else
    heads[unit.first] = count
    for _, id in ipairs(units.ids(unit)) do ids[#ids + 1] = id end
  end
end
for i = seats_from, #ARGV, 2 do
  local unit = units and units.of(ARGV[i])
  if not (unit and heads[unit.first]) then
    ids[#ids + 1] = ARGV[i]
    versions[#ids] = tonumber(ARGV[i + 1])
  end
end

local outrun = 1
local room, address_room = max_seats - held_by_user(), room_of_address()
if old then
  room = room + #old.seats
  address_room = address_room + (old.address == address and #old.seats or 0)
end
-- A unit that is larger than a limit may be had all the same, by who holds nothing else.
local promised = 0
local function over_limit(count, is_unit)
  local is_alone = is_unit and promised == 0
  if promised + count > room and not (is_alone and room == max_seats) then return 'limit_reached' end
  local has_room = is_alone and address_room == most_held and most_held > 0
  if promised + count > address_room and not has_room then return 'address_limit' end
  promised = promised + count
end

local seats, verdicts, parts = read_seats(meta, ids), {}, NONE
for i, seat in ipairs(seats) do verdicts[i] = judge(seat, versions[i]) end
if units then
  local able, free, judged = {}, {}, {}
  for i, seat in ipairs(seats) do
    if verdicts[i] == 'free' or verdicts[i] == 'mine' then able[#able + 1] = seat.id end
    if verdicts[i] == 'free' then free[#free + 1] = seat.id end
  end
  parts = units.parts(able)
  local _, count = units.touched(free)
  for i, seat in ipairs(seats) do
    local unit = (verdicts[i] == 'free' or verdicts[i] == 'mine') and units.of(seat.id)
    if unit and parts[seat.id] then
      verdicts[i] = 'whole_unit_only'
    elseif unit and verdicts[i] == 'free' then
      if judged[unit] == nil then judged[unit] = over_limit(count[unit], true) or false end
      verdicts[i] = judged[unit] or 'free'
    end
  end
end
for i, seat in ipairs(seats) do
  local verdict = verdicts[i]
  if verdict == 'free' and not (units and units.of(seat.id)) then verdict = over_limit(1) or verdict end
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

-- Nothing of this is touched where no places are asked for: most requests are for seats.
local lapsed, asking
local picks, excess, refused_areas = NONE, NONE, NONE
if units_from > 14 then
  asking = places_of(meta)
  picks, excess, refused_areas = {}, {}, {}
  local wanted_places = 0
  for i = 14, units_from - 1, 3 do
    local area = meta.places and asking.area_of(ARGV[i])
    local held = area and asking.held_places(area, user, session, at) or {}
    local quantity, reason, free = tonumber(ARGV[i + 1]), not area and 'unknown_area', 0
    for n, seat in ipairs(held) do
      local list = n <= quantity and mine or excess
      list[#list + 1] = seat
      if n <= quantity then result[#result + 1] = seat end
    end
    if area and quantity > #held then
      lapsed = lapsed or asking.lapsed_reservations(at)
      free = asking.free_places(area, lapsed)
      local count
      count, reason = asking.grantable(quantity - #held, ARGV[i + 2] == '1', {
        { 'area_full', free },
        { 'limit_reached', room - #taken - wanted_places },
        { 'address_limit', address_room - #taken - wanted_places },
      })
      if count > 0 then picks[#picks + 1] = { area = area, count = count } end
      wanted_places = wanted_places + count
    end
    if reason then
      for _, item in ipairs({ ARGV[i], reason, int(free) }) do refused_areas[#refused_areas + 1] = item end
      if reason ~= 'area_full' then outrun = 0 end
    end
  end
end
if (#result == 0 and #picks == 0) or (whole and #refused > 0) then
  return { 'refused', refused, outrun, refused_areas }
end

if #excess > 0 then
  local going = {}
  for _, seat in ipairs(excess) do
    going[seat.ref] = going[seat.ref] or { seats = {}, ids = {} }
    table.insert(going[seat.ref].seats, seat)
    going[seat.ref].ids[seat.id] = true
  end
  for id, some in pairs(going) do
    local r = reservation(id)
    charge(r, some.seats, at)
    append(meta, at, 'released', id, user, session, 'A', 0, write_seats(meta, some.seats, 'A', id, 0))
    shrink(r, some.ids, 'RELEASED')
  end
end

-- Which of the seats close with their unit: as it is said now, or was when they were taken.
local closed, was_closed = {}, {}
for _, seat in ipairs(mine) do
  local r = reservation(seat.ref)
  for _, id in ipairs(r and r.closed or NONE) do was_closed[id] = true end
end
for _, unit in ipairs(units and units.touched(ids_of(result)) or NONE) do
  local past = unit.first + (heads[unit.first] or unit.most)
  for _, id in ipairs(units.ids(unit)) do
    if tonumber(id) >= past or (was_closed[id] and not heads[unit.first]) then closed[#closed + 1] = id end
  end
end

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
  if units then
    for _, seat in ipairs(result) do was_closed[seat.id] = nil end
    for _, id in ipairs(r.closed) do
      if was_closed[id] then closed[#closed + 1] = id end
    end
    r.closed = closed
    write_reservation(r)
  end
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
if #picks > 0 then
  for _, pick in ipairs(picks) do
    for _, seat in ipairs(asking.pick_places(pick.area, pick.count)) do fresh[#fresh + 1] = seat end
  end
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
