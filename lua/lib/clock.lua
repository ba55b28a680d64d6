-- clock: the one clock that decides deadlines, Redis's own. Tests link another file in its place.

local function now_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
