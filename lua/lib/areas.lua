-- areas: standing areas. Their places are the event's last seat ids, from meta.places on (absent: there
-- are none). The key `areas` has by the id of an area's first place `size fresh taken`: its number of
-- places, the first that was never picked, how many are not AVAILABLE. `returned` has the free ones
-- below fresh.
-- So the free places are those in `returned` and the AVAILABLE ones from fresh on, size - taken in all.
-- Every script that moves seats links this file and most events have no area: so the functions are made
-- when they are first needed, which a seat's reservation would pay for otherwise.

local function books_of(meta)
  if meta.books then return meta.books end
  local books = { areas_key = PREFIX .. 'areas', returned_key = PREFIX .. 'returned' }
  meta.books = books

  function books.list()
    if meta.areas then return meta.areas end
    meta.areas = {}
    local found = redis.call('HGETALL', books.areas_key)
    for i = 1, #found, 2 do
      local size, fresh, taken = string.match(found[i + 1], '^(%d+) (%d+) (%d+)$')
      local first = tonumber(found[i])
      meta.areas[#meta.areas + 1] = {
        id = found[i], first = first, size = tonumber(size), fresh = tonumber(fresh),
        taken = tonumber(taken),
      }
    end
    return meta.areas
  end

  function books.is_in(area, n) return n >= area.first and n < area.first + area.size end

  function books.write(area)
    redis.call('HSET', books.areas_key, area.id, int(area.size) .. ' ' .. int(area.fresh) .. ' ' .. int(area.taken))
  end

  -- Keeps the books of the areas for seats that are about to move to `status`.
  function books.settle(seats, status)
    local returned, gone, moved = {}, {}, {}
    for _, seat in ipairs(seats) do
      local n = tonumber(seat.id)
      if n >= meta.places and (seat.status == 'A') ~= (status == 'A') then
        for _, area in ipairs(books.list()) do
          if books.is_in(area, n) then
            moved[area] = true
            area.taken = area.taken + (status == 'A' and -1 or 1)
            if n < area.fresh and status == 'A' then
              returned[#returned + 1] = seat.id
              returned[#returned + 1] = seat.id
            elseif n < area.fresh then
              gone[#gone + 1] = seat.id
            end
          end
        end
      end
    end
    -- unpack is bounded by Lua's C stack (about 8,000 values).
    for first = 1, #returned, 4000 do
      redis.call('ZADD', books.returned_key, unpack(returned, first, math.min(first + 3999, #returned)))
    end
    for first = 1, #gone, 4000 do
      redis.call('ZREM', books.returned_key, unpack(gone, first, math.min(first + 3999, #gone)))
    end
    for area in pairs(moved) do books.write(area) end
  end
  return books
end
