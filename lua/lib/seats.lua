-- seats: one seat's record, `version:status:ref:deadline`. Only seats that ever changed have one.
-- status: A available, R reserved, P paying, B booked, X blocked. ref: the reservation of R and P
-- (and the last one of A), the booking of B.

local function read_seats(meta, ids)
  local seats = {}
  if #ids == 0 then return seats end
  local records = redis.call('HMGET', STATE, unpack(ids))
  for i, id in ipairs(ids) do
    local n = tonumber(id)
    local seat
    if records[i] then
      local version, status, ref, deadline = string.match(records[i], '^(%d+):(%a):(%d+):(%d+)$')
      seat = {
        id = id, version = tonumber(version), status = status, ref = ref,
        deadline = tonumber(deadline),
      }
    else
      seat = { id = id, version = meta.base, status = 'A', ref = '0', deadline = 0 }
    end
    seat.exists = n and n >= meta.first and n < meta.first + meta.count
    seats[i] = seat
  end
  return seats
end

-- Moves all `seats` to one status and returns the feed's text for them, `id version id version …`.
-- `meta.moved` is how many of them had another status before.
local function write_seats(meta, seats, status, ref, deadline)
  local tail = ':' .. status .. ':' .. ref .. ':' .. int(deadline)
  local record, text = {}, {}
  if meta.places then books_of(meta).settle(seats, status) end
  meta.moved = 0
  for _, seat in ipairs(seats) do
    seat.version = seat.version + 1
    if seat.status ~= status then meta.moved = meta.moved + 1 end
    meta.taken = meta.taken - (seat.status == 'A' and 0 or 1) + (status == 'A' and 0 or 1)
    seat.status, seat.ref, seat.deadline = status, ref, deadline
    local version = int(seat.version)
    record[#record + 1] = seat.id
    record[#record + 1] = version .. tail
    text[#text + 1] = seat.id
    text[#text + 1] = version
  end
  -- unpack is bounded by Lua's C stack (about 8,000 values).
  for first = 1, #record, 4000 do
    redis.call('HSET', STATE, unpack(record, first, math.min(first + 3999, #record)))
  end
  return table.concat(text, ' ')
end

local function ids_of(seats)
  local ids = {}
  for i, seat in ipairs(seats) do ids[i] = seat.id end
  return ids
end
