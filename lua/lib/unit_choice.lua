-- unit_choice: asking for whole tables and boxes; made when a request does, or an event has any.

local function unit_choice(meta)
  local units, heads, choice = units_of(meta), {}, {}
  local was_closed = {}

  -- The seats that are asked for, those of units first, and the versions of those that were named; a unit
  -- that is none, or is not for so many people, is among `refused`.
  function choice.seats_of(units_from, seats_from, refused)
    local ids, versions = {}, {}
    for i = units_from, seats_from - 1, 2 do
      local unit, count = units.of(ARGV[i]), tonumber(ARGV[i + 1])
      if not unit or int(unit.first) ~= ARGV[i] or count < unit.least or count > unit.most then
        refused[#refused + 1] = ARGV[i]
        refused[#refused + 1] = 'whole_unit_only'
      else
        heads[unit.first] = count
        for _, id in ipairs(units.ids(unit)) do ids[#ids + 1] = id end
      end
    end
    for i = seats_from, #ARGV, 2 do
      local unit = units.of(ARGV[i])
      if not (unit and heads[unit.first]) then
        ids[#ids + 1] = ARGV[i]
        versions[#ids] = tonumber(ARGV[i + 1])
      end
    end
    return ids, versions
  end

  -- Each seat's verdict, as `judge` has it and as its unit has: all its seats or none. A unit that is
  -- larger than a limit may be had all the same, by who holds nothing else.
  function choice.verdicts(seats, versions, judge, room, address_room, max_seats, most_held)
    local promised = 0
    local function over_limit(count, is_unit)
      local is_alone = is_unit and promised == 0
      if promised + count > room and not (is_alone and room == max_seats) then return 'limit_reached' end
      local has_room = is_alone and address_room == most_held and most_held > 0
      if promised + count > address_room and not has_room then return 'address_limit' end
      promised = promised + count
    end

    local verdicts, able, free, judged = {}, {}, {}, {}
    for i, seat in ipairs(seats) do
      verdicts[i] = judge(seat, versions[i])
      if verdicts[i] == 'free' or verdicts[i] == 'mine' then able[#able + 1] = seat.id end
      if verdicts[i] == 'free' then free[#free + 1] = seat.id end
    end
    local parts = units.parts(able)
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
    for i, seat in ipairs(seats) do
      if verdicts[i] == 'free' and not units.of(seat.id) then verdicts[i] = over_limit(1) or 'free' end
    end
    return verdicts
  end

  -- Which of the seats close with their unit: as it is said now, or was when they were taken.
  function choice.closed(mine, result, reservation)
    local closed = {}
    for _, seat in ipairs(mine) do
      local r = reservation(seat.ref)
      for _, id in ipairs(r and r.closed or {}) do was_closed[id] = true end
    end
    for _, unit in ipairs(units.touched(ids_of(result))) do
      local past = unit.first + (heads[unit.first] or unit.most)
      for _, id in ipairs(units.ids(unit)) do
        if tonumber(id) >= past or (was_closed[id] and not heads[unit.first]) then closed[#closed + 1] = id end
      end
    end
    return closed
  end

  -- A hold that stays, for another number of people perhaps.
  function choice.keep(r, result, closed)
    for _, seat in ipairs(result) do was_closed[seat.id] = nil end
    for _, id in ipairs(r.closed) do
      if was_closed[id] then closed[#closed + 1] = id end
    end
    r.closed = closed
    write_reservation(r)
  end
  return choice
end
