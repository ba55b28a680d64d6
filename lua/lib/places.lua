-- places: asking for standing places by number; made when a request does.

local function places_of(meta)
  local books, asking = books_of(meta), {}

  function asking.area_of(id)
    for _, area in ipairs(books.list()) do
      if area.id == id then return area end
    end
  end

  -- The reservations past their deadline that nothing has freed yet; they count as free.
  local LAPSED_LIMIT = 500

  function asking.lapsed_reservations(at)
    local found = {}
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', DEADLINES, '-inf', int(at), 'LIMIT', 0, LAPSED_LIMIT)) do
      found[#found + 1] = read_reservation(id) or nil
    end
    return found
  end

  -- The places of an area that one session holds, and does not pay for yet.
  function asking.held_places(area, user, session, at)
    local held = {}
    for _, id in ipairs(redis.call('HKEYS', user_key(user))) do
      local r = read_reservation(id)
      if r and r.session == session and r.status == 'ACTIVE' and r.deadline > at then
        for _, seat in ipairs(held_seats(meta, r, 'R')) do
          if books.is_in(area, tonumber(seat.id)) then held[#held + 1] = seat end
        end
      end
    end
    return held
  end

  -- Free places of an area, `lapsed` ones among them.
  function asking.free_places(area, lapsed)
    local free = area.size - area.taken
    for _, r in ipairs(lapsed) do
      for _, seat in ipairs(held_seats(meta, r, 'R')) do
        if books.is_in(area, tonumber(seat.id)) then free = free + 1 end
      end
    end
    return free
  end

  -- How many of `missing` places can be had and, where not all, why. `rooms`: (reason, places) in order.
  function asking.grantable(missing, accept_fewer, rooms)
    local count, reason = missing, nil
    for _, room in ipairs(rooms) do
      if room[2] < count then count, reason = math.max(0, room[2]), room[1] end
    end
    return reason and not accept_fewer and 0 or count, reason
  end

  -- Takes `count` free places out of the books: the returned ones first. There must be so many.
  function asking.pick_places(area, count)
    local ids = redis.call('ZRANGEBYSCORE', books.returned_key, int(area.first), int(area.first + area.size - 1),
      'LIMIT', 0, count)
    local picked = read_seats(meta, ids)
    local past = area.first + area.size
    while #picked < count and area.fresh < past do
      local next_ids = {}
      for n = area.fresh, math.min(area.fresh + math.max(count, 64), past) - 1 do
        next_ids[#next_ids + 1] = int(n)
      end
      for _, seat in ipairs(read_seats(meta, next_ids)) do
        if #picked == count then break end
        if seat.status == 'A' then picked[#picked + 1] = seat end
        area.fresh = area.fresh + 1
      end
    end
    return picked
  end

  -- What is asked for from the 14th argument on, per area its id, a number and whether fewer will do: picks
  -- (area, count) still to be taken, places held beyond the number, what cannot be had, the lapsed
  -- reservations, and whether a limit was in the way. Held places that stay are added to mine and result.
  function asking.choose(past, at, user, session, mine, result, room, address_room)
    local picks, excess, refused, lapsed, is_late, wanted = {}, {}, {}, nil, false, 0
    for i = 14, past - 1, 3 do
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
          { 'limit_reached', room - wanted },
          { 'address_limit', address_room - wanted },
        })
        if count > 0 then picks[#picks + 1] = { area = area, count = count } end
        wanted = wanted + count
      end
      if reason then
        for _, item in ipairs({ ARGV[i], reason, int(free) }) do refused[#refused + 1] = item end
        is_late = is_late or reason ~= 'area_full'
      end
    end
    return picks, excess, refused, lapsed or {}, is_late
  end

  function asking.give_back(excess, at, reservation)
    local going = {}
    for _, seat in ipairs(excess) do
      going[seat.ref] = going[seat.ref] or { seats = {}, ids = {} }
      table.insert(going[seat.ref].seats, seat)
      going[seat.ref].ids[seat.id] = true
    end
    for id, some in pairs(going) do
      local r = reservation(id)
      charge(r, some.seats, at)
      append(meta, at, 'released', id, r.user, r.session, 'A', 0, write_seats(meta, some.seats, 'A', id, 0))
      shrink(r, some.ids, 'RELEASED')
    end
  end
  return asking
end
