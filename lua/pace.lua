-- pace: gives each caller of a foreign service the moment at which it may call, over all workers.
-- Invariant: no more than burst + rate × t callers in any span of t; a refused caller takes no moment.
-- KEYS: pace
-- ARGV: interval_ms burst max_wait_ms
-- RETURNS: granted | busy
--   both: milliseconds to wait
-- include lib/clock.lua

local interval, burst, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local at = now_ms()
local due = math.max(at, tonumber(redis.call('GET', KEYS[1]) or '0'))
local wait = math.max(0, due - (burst - 1) * interval - at)
if wait > most then return { 'busy', string.format('%.3f', wait) } end
local left_ms = math.ceil(due + interval - at)
redis.call('SET', KEYS[1], string.format('%.3f', due + interval), 'PX', left_ms)
return { 'granted', string.format('%.3f', wait) }
