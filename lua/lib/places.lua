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
  return asking
end
