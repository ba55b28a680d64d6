-- units: whole tables and boxes; their seats are held, sold and blocked together or not at all. The key
-- `units` has each as `first size least most`, by its first seat id; it says for how many people. meta.units
-- is set where an event has any, which most have not: so the functions are made when they are needed.
-- Of a reservation's seats, those in `closed` are taken only because their unit is: nobody sits there.

local function units_of(meta)
  if meta.unit_book then return meta.unit_book end
  local units, known = {}, {}
  meta.unit_book = units

  local function parse(text)
    local first, size, least, most = string.match(text, '^(%d+) (%d+) (%d+) (%d+)$')
    return { text = text, first = tonumber(first), size = tonumber(size), least = tonumber(least), most = tonumber(most) }
  end

  local function has(unit, n) return n >= unit.first and n < unit.first + unit.size end

  -- The unit that a seat belongs to, or nil.
  function units.of(id)
    local n = tonumber(id)
    for _, unit in ipairs(known) do
      if has(unit, n) then return unit end
    end
    local found = redis.call('ZREVRANGEBYSCORE', PREFIX .. 'units', int(n), '-inf', 'LIMIT', 0, 1)[1]
    local unit = found and parse(found)
    if not unit or not has(unit, n) then return nil end
    known[#known + 1] = unit
    return unit
  end

  function units.ids(unit)
    local ids = {}
    for n = unit.first, unit.first + unit.size - 1 do ids[#ids + 1] = int(n) end
    return ids
  end

  -- The units that some of `ids` belong to, each with how many of them do.
  function units.touched(ids)
    local order, count = {}, {}
    for _, id in ipairs(ids) do
      local unit = units.of(id)
      if unit then
        if not count[unit] then order[#order + 1] = unit end
        count[unit] = (count[unit] or 0) + 1
      end
    end
    return order, count
  end

  -- A set of those of `ids` whose unit is not among them whole.
  function units.parts(ids)
    local _, count = units.touched(ids)
    local parts = {}
    for _, id in ipairs(ids) do
      local unit = units.of(id)
      if unit and count[unit] < unit.size then parts[id] = true end
    end
    return parts
  end

  -- Writes another set of units into the books; `flat` is first, size, least, most by turns.
  function units.write(flat)
    redis.call('DEL', PREFIX .. 'units')
    for i = 1, #flat, 4 do
      redis.call('ZADD', PREFIX .. 'units', flat[i], table.concat(flat, ' ', i, i + 3))
    end
    if #flat > 0 then redis.call('HSET', META, 'units', #flat / 4) else redis.call('HDEL', META, 'units') end
  end
  return units
end
