-- reservations: a user's seats with a deadline. ACTIVE and PAYING ones stand in the index of their user
-- and of their network address ('' for one that is not counted); ended ones stay readable for an hour.
-- `list` is the price list it was made under, 0 for not known; where holds join, the oldest list (the
-- lowest number) stays, so that no price shown is raised. `request` is the id under which it was asked
-- for, '' for none. `closed`: see units.lua.

-- A hold has one bound, `last`, which it keeps through every transition: however often it is extended,
-- given back by a payment that failed or joined by other seats, no deadline of it lies later than
-- 2 × hold and one payment's time after it began. domain/seats.py says the same.
local KEEP_ENDED_MS = 3600000
local PAYMENT_MS = 420000
local HOUR_MS = 3600000

local function last_moment(created, hold_ms) return created + 2 * hold_ms + PAYMENT_MS end

local function read_reservation(id)
  local r = redis.call('HMGET', reservation_key(id), 'user', 'session', 'status', 'created',
    'deadline', 'seats', 'booking', 'left', 'topped', 'list', 'last', 'address', 'withdrawn', 'request', 'closed')
  if not r[1] then return nil end
  local seats, closed = {}, {}
  for seat in string.gmatch(r[6], '%d+') do seats[#seats + 1] = seat end
  for seat in string.gmatch(r[15] or '', '%d+') do closed[#closed + 1] = seat end
  return {
    id = id, user = r[1], session = r[2], status = r[3], created = tonumber(r[4]),
    deadline = tonumber(r[5]), seats = seats, booking = r[7] or '0',
    left = tonumber(r[8] or '0'), topped = r[9] or '0',
    list = tonumber(r[10] or '0'), last = tonumber(r[11]) or tonumber(r[5]) + PAYMENT_MS,
    address = r[12] or '', withdrawn = r[13] == '1', request = r[14] or '', closed = closed,
    is_known = true,
  }
end

-- What a fresh hold seldom has is written only where it has it, or was read with it.
local function write_reservation(r)
  redis.call('HSET', reservation_key(r.id), 'user', r.user, 'session', r.session,
    'status', r.status, 'created', int(r.created), 'deadline', int(r.deadline),
    'seats', table.concat(r.seats, ' '), 'list', int(r.list), 'last', int(r.last), 'address', r.address or '')
  local closed = r.closed or ''
  if r.is_known or r.booking or r.left or r.topped or #closed > 0 or (r.request or '') ~= '' then
    redis.call('HSET', reservation_key(r.id), 'booking', r.booking or '0', 'left', int(r.left or 0),
      'topped', r.topped or '0', 'request', r.request or '', 'closed', table.concat(r.closed or {}, ' '))
  end
  redis.call('HSET', user_key(r.user), r.id, #r.seats)
  if r.address and r.address ~= '' then redis.call('HSET', address_key(r.address), r.id, #r.seats) end
end

-- From now on the deadline frees the seats: by the sweep, and by the lease's notification. Returns 1
-- if no hold of the event ends before it, so that the index of deadlines must hear of it; else 0.
local function start_clock(r, at)
  redis.call('ZADD', DEADLINES, int(r.deadline), r.id)
  redis.call('SET', lease_key(r.id), r.user, 'PX', int(math.max(1, r.deadline - at)))
  return redis.call('ZRANK', DEADLINES, r.id) == 0 and 1 or 0
end

local function stop_clock(r)
  redis.call('ZREM', DEADLINES, r.id)
  redis.call('DEL', lease_key(r.id))
end

local function end_reservation(r, status)
  r.status = status
  stop_clock(r)
  redis.call('HDEL', user_key(r.user), r.id)
  if r.address ~= '' then redis.call('HDEL', address_key(r.address), r.id) end
  redis.call('HSET', reservation_key(r.id), 'status', status)
  redis.call('PEXPIRE', reservation_key(r.id), KEEP_ENDED_MS)
end

-- The seats a reservation still holds under `status`; a record that moved on is not touched.
local function held_seats(meta, r, status)
  local held = {}
  for _, seat in ipairs(read_seats(meta, r.seats)) do
    if seat.status == status and seat.ref == r.id then held[#held + 1] = seat end
  end
  return held
end

-- Seats that were kept from others and not bought count against their address, for an hour from the first.
local function charge(r, seats, at)
  if r.address == '' then return end
  local key = withheld_key(r.address)
  redis.call('INCRBY', key, int((at - r.created) * #seats))
  if redis.call('PTTL', key) < 0 then redis.call('PEXPIRE', key, HOUR_MS) end
end

local function expire(meta, r, at)
  local seats = held_seats(meta, r, 'R')
  end_reservation(r, 'EXPIRED')
  if #seats > 0 then
    charge(r, seats, at)
    append(meta, at, 'expired', r.id, r.user, r.session, 'A', 0, write_seats(meta, seats, 'A', r.id, 0))
  end
end

-- Takes `leaving` (a set of seat ids) out of a reservation; one that is left empty is over.
local function shrink(r, leaving, status)
  local function without(ids)
    local rest = {}
    for _, id in ipairs(ids) do
      if not leaving[id] then rest[#rest + 1] = id end
    end
    return rest
  end
  local rest = without(r.seats)
  if #rest == 0 then return end_reservation(r, status) end
  r.seats, r.closed = rest, without(r.closed)
  write_reservation(r)
end
