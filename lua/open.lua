-- open: builds an event's seats anew from SQL, under a new epoch and a higher version base.
-- Invariant: happens once per epoch however many workers ask: only if the epoch is still the one
-- the caller saw (empty: none). Plain holds end here; what SQL has sold or claimed does not.
-- KEYS: meta state feed deadlines checkouts
-- ARGV: expected_epoch epoch base first_seat_id seat_count pay_ms area_count claim_count unit_count (area_id size)* (seat_id booking_id user paying price_list closed)* (first size least most)* blocked_seat_id*
--   areas: the last seat ids, in order; units: see lib/units.lua; closed: 1 for a seat that is taken only
--   because its unit is
-- RETURNS: opened | exists
--   opened: seq; exists: the epoch that stands
-- include lib/clock.lua
-- include lib/keys.lua
-- include lib/meta.lua
-- include lib/areas.lua
-- include lib/units.lua
-- include lib/seats.lua
-- include lib/feed.lua
-- include lib/reservations.lua

local expected, epoch, pay_ms = ARGV[1], ARGV[2], tonumber(ARGV[6])
local standing = redis.call('HGET', META, 'epoch')
if (standing or '') ~= expected then return { 'exists', standing or '' } end
local at = now_ms()

local function forget(id)
  local r = read_reservation(id)
  if r then redis.call('DEL', user_key(r.user), address_key(r.address)) end
  redis.call('DEL', reservation_key(id), lease_key(id))
end
for _, id in ipairs(redis.call('ZRANGE', DEADLINES, 0, -1)) do forget(id) end
for _, booking in ipairs(redis.call('ZRANGE', CHECKOUTS, 0, -1)) do
  local id = redis.call('GET', checkout_key(booking))
  if id then forget(id) end
  redis.call('DEL', checkout_key(booking))
end
redis.call('DEL', META, STATE, FEED, DEADLINES, CHECKOUTS, PREFIX .. 'areas', PREFIX .. 'returned', PREFIX .. 'units')

local meta = {
  epoch = epoch, seq = 0, base = tonumber(ARGV[3]), first = tonumber(ARGV[4]),
  count = tonumber(ARGV[5]), next = tonumber(ARGV[3]) + 1, taken = 0,
}
redis.call('HSET', META, 'epoch', epoch, 'incarnation', INCARNATION, 'base', int(meta.base), 'first', int(meta.first),
  'count', int(meta.count))

local claims = 10 + 2 * tonumber(ARGV[7])
local after_claims = claims + 6 * tonumber(ARGV[8])
local after_units = after_claims + 4 * tonumber(ARGV[9])
local books = books_of(meta)
meta.areas = {}
for i = 10, claims - 1, 2 do
  local first, size = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  meta.places = meta.places or first
  -- Whatever is claimed below the first place that was never picked leaves gaps: those are returned.
  local area = { id = ARGV[i], first = first, size = size, fresh = first, taken = 0 }
  for at_claim = claims, after_claims - 1, 6 do
    local n = tonumber(ARGV[at_claim])
    if books.is_in(area, n) then area.fresh = math.max(area.fresh, n + 1) end
  end
  for n = first, area.fresh - 1 do redis.call('ZADD', books.returned_key, int(n), int(n)) end
  meta.areas[#meta.areas + 1] = area
  books.write(area)
end
if meta.places then redis.call('HSET', META, 'places', int(meta.places)) end
local flat = {}
for i = after_claims, after_units - 1 do flat[#flat + 1] = ARGV[i] end
units_of(meta).write(flat)

local function fresh(id) return { id = id, version = meta.base, status = 'A' } end
local paying = {}
for i = claims, after_claims - 1, 6 do
  local seat, booking = fresh(ARGV[i]), ARGV[i + 1]
  if ARGV[i + 3] == '1' then
    local r = paying[booking]
    if not r then
      r = { id = int(meta.next), user = ARGV[i + 2], session = '', status = 'PAYING', created = at,
        deadline = at + pay_ms, last = at + pay_ms + PAYMENT_MS, booking = booking, address = '',
        seats = {}, closed = {}, list = tonumber(ARGV[i + 4]) }
      meta.next = meta.next + 1
      paying[booking] = r
    end
    r.seats[#r.seats + 1] = seat.id
    if ARGV[i + 5] == '1' then r.closed[#r.closed + 1] = seat.id end
    write_seats(meta, { seat }, 'P', r.id, r.deadline)
  else
    write_seats(meta, { seat }, 'B', booking, 0)
  end
end
for booking, r in pairs(paying) do
  write_reservation(r)
  redis.call('SET', checkout_key(booking), r.id)
  redis.call('ZADD', CHECKOUTS, int(r.deadline), booking)
end
local blocked = {}
for i = after_units, #ARGV do blocked[#blocked + 1] = fresh(ARGV[i]) end
write_seats(meta, blocked, 'X', '0', 0)
append(meta, at, 'opened', '0', '', '', 'A', 0, '')
write_meta(meta)
return { 'opened', meta.seq }
