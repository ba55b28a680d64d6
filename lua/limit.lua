-- limit: counts one attempt in a window that opens with the first attempt.
-- Invariant: at most `limit` attempts a window; a refused attempt does not count and opens no window.
-- KEYS: window
-- ARGV: limit window_ms
-- RETURNS: allowed | limited
--   both: attempts left, ms until the window ends
local limit, window_ms = tonumber(ARGV[1]), tonumber(ARGV[2])
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
local left_ms = redis.call('PTTL', KEYS[1])
if left_ms <= 0 then count, left_ms = 0, window_ms end
if count >= limit then return { 'limited', 0, left_ms } end
redis.call('SET', KEYS[1], count + 1, 'PX', left_ms)
return { 'allowed', limit - count - 1, left_ms }
