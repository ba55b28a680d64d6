-- forgive: takes back one attempt that was counted in the window that is open.
-- Invariant: the window's end does not move; nothing falls below 0 and no window is opened.
-- KEYS: window
-- ARGV: limit
-- RETURNS: forgiven
--   attempts left, ms until the window ends
local limit = tonumber(ARGV[1])
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local left_ms = redis.call('PTTL', KEYS[1])
if left_ms <= 0 then return { 'forgiven', limit, 0 } end
if count > 0 then
  count = count - 1
  redis.call('SET', KEYS[1], count, 'PX', left_ms)
end
return { 'forgiven', limit - count, left_ms }
